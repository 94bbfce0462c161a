import Foundation

/// The log-mel spectrogram that Whisper and models made from it read: of 8 s at 16 kHz, 80 bands in steps of 10 ms.
///
/// See: A. Radford and others, Robust Speech Recognition via Large-Scale Weak Supervision, 2022, section 2.2; with the
/// waveform brought to zero mean and unit variance first, as smart-turn was trained.
struct LogMelFeatures {
    /// Samples looked at: 8 s.
    static let samples = 128_000
    static let bands = 80
    /// Steps of 10 ms.
    static let steps = 800
    private static let hop = 160
    private static let window = 400
    private static let bins = window / 2 + 1
    /// Least power of a band, and how far below the loudest it counts, in powers of ten.
    private static let floor: Float = 1e-10
    private static let range: Float = 8

    private static let hann = (0..<window).map { Float(0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(window))) }
    private static let filters = MelFilters(count: bands, bins: bins, rate: 16_000)
    private static let transform = FourierTransform(length: window)

    /// The features of the last 8 s of `audio`, with silence before where it is shorter.
    /// - Returns: band by band, ``steps`` numbers each.
    static func extract(_ audio: [Int16]) -> [Float] {
        let waveform = normalized(audio.suffix(samples))
        var features = [Float](repeating: 0, count: bands * steps)
        var transform = self.transform
        var spectrum = [FourierTransform.Complex](repeating: .zero, count: window)
        var power = [Float](repeating: 0, count: bins)
        for step in stride(from: 0, to: steps, by: 2) {
            // Two real windows make one complex transform: this one and the next.
            for index in 0..<window {
                let first = waveform[reflected(step * hop - window / 2 + index)]
                let second = waveform[reflected((step + 1) * hop - window / 2 + index)]
                spectrum[index] = FourierTransform.Complex(first, second) * hann[index]
            }
            transform.transform(&spectrum)
            for part in 0..<2 {
                for bin in 0..<bins {
                    power[bin] = self.power(spectrum[bin], spectrum[(window - bin) % window], part)
                }
                power.withUnsafeBufferPointer { power in
                    for band in 0..<bands {
                        features[band * steps + step + part] = log10(max(floor, filters.apply(band, to: power)))
                    }
                }
            }
        }
        let least = (features.max() ?? 0) - range
        for index in features.indices { features[index] = (max(features[index], least) + 4) / 4 }
        return features
    }

    /// Of the two real signals in one complex spectrum, the power of the first or the second at a bin.
    private static func power(
        _ bin: FourierTransform.Complex, _ mirrored: FourierTransform.Complex, _ part: Int
    ) -> Float {
        let conjugate = FourierTransform.Complex(mirrored.x, -mirrored.y)
        let half = (part == 0 ? bin + conjugate : bin - conjugate) / 2
        return half.x * half.x + half.y * half.y
    }

    /// The waveform goes on mirrored at both ends.
    private static func reflected(_ index: Int) -> Int {
        index < 0 ? -index : index >= samples ? 2 * (samples - 1) - index : index
    }

    private static func normalized(_ audio: ArraySlice<Int16>) -> [Float] {
        var sum = 0.0
        var squares = 0.0
        for sample in audio {
            let value = Double(sample) / 32_768
            sum += value
            squares += value * value
        }
        let mean = sum / Double(samples)
        let variance = max(0, squares / Double(samples) - mean * mean)
        let gain = 1 / (variance + 1e-7).squareRoot()
        let silence = [Float](repeating: Float(-mean * gain), count: samples - audio.count)
        return silence + audio.map { Float((Double($0) / 32_768 - mean) * gain) }
    }
}

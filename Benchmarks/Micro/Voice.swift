import Foundation

/// A voice-like signal at 16 kHz and about -20 dBFS: harmonics with gliding pitch in four syllables a second, one second of
/// it and one second of faint noise by turns, so that a detector has transitions to find.
func voice(seconds: Int) -> [Int16] {
    var samples: [Int16] = []
    samples.reserveCapacity(seconds * 16_000)
    var seed: UInt32 = 0x746f_6d31
    var phase = 0.0
    for i in 0..<(seconds * 16_000) {
        let t = Double(i) / 16_000
        seed ^= seed << 13
        seed ^= seed >> 17
        seed ^= seed << 5
        var value = (Double(seed % 2_001) / 1_000 - 1) * 8
        phase += 2 * .pi * (130 + 25 * sin(2 * .pi * 0.7 * t)) / 16_000
        if Int(t) % 2 == 0 {
            let syllable = 0.2 + 0.8 * (0.5 + 0.5 * sin(2 * .pi * 4 * t))
            for k in 1...12 { value += 1_900 / sqrt(Double(k)) * syllable * sin(Double(k) * phase) }
        }
        samples.append(Int16(max(-32_768, min(32_767, value))))
    }
    return samples
}

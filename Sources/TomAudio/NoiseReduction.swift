import CSpeexDSP

/// Takes steady noise (a fan, a street, a line's hiss) out of a stream of speech at 16 kHz: libspeexdsp's preprocessor, without
/// its gain control and voice detection, behind a value of its own.
///
/// What is noise is learned from the stream: none is taken in its first half second, all of it from about 1.5 s on. Speech keeps
/// its level. Voices in the background are speech. The output is aligned with the input and runs ``latency`` samples behind, and
/// up to a frame more where the pieces are no whole frames; ``flush(into:)`` brings what is held.
///
/// Sendable without locks, as ``Resampler`` is.
public struct NoiseReduction: ~Copyable, Sendable {
    /// How much quieter noise becomes at most.
    ///
    /// Of 144 phrases in white and pink noise, 20 to 0 dB below them, PocketSphinx heard 113 as they were said; it hears 134 with
    /// ``nearField`` and 139 with ``farField``. What remains of the noise comes and goes, so that the voice activity detector
    /// finds the end of speech later, in noise by 0.1 and 0.2 s. With 25 dB, 141 are heard, and that end is at times seconds late.
    public enum Strength: String, Sendable, Equatable, Codable, CaseIterable {
        /// By 12 dB, for a microphone at the mouth: a headset, a telephone.
        case nearField
        /// By 20 dB, for one in the room: a laptop, a conference.
        case farField

        fileprivate var decibels: Int32 {
            switch self {
            case .nearField: -12
            case .farField: -20
            }
        }
    }

    /// The only rate, of everything that listens in TOM.
    public static let rate = SampleRate.hz16000
    /// Samples by which the output is behind: one frame of 20 ms, with which the next one overlaps.
    public static let latency = frameSamples
    private static let frameSamples = 320

    public let strength: Strength
    /// The C state, reached through this value alone, hence free of races.
    private nonisolated(unsafe) let state: OpaquePointer
    /// Input that is no whole frame yet; the library writes its output over it.
    private var frame = [Int16](repeating: 0, count: frameSamples)
    private var filled = 0
    /// Samples taken and given since the stream began.
    private var consumed = 0
    private var produced = 0
    /// Whether what the library gives next is the end of an earlier stream, or the silence before the first.
    private var isStale = true

    public init(_ strength: Strength) {
        let state = speex_preprocess_state_init(Int32(Self.frameSamples), Int32(Self.rate.hertz))
        // The library itself ends the process when it is given no memory.
        guard let state else { preconditionFailure("speex_preprocess_state_init gave no state") }
        self.strength = strength
        self.state = state
        for (request, value) in [
            (SPEEX_PREPROCESS_SET_DENOISE, 1), (SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, strength.decibels),
            (SPEEX_PREPROCESS_SET_AGC, 0), (SPEEX_PREPROCESS_SET_DEREVERB, 0),
        ] {
            var value = value
            let code = speex_preprocess_ctl(state, request, &value)
            precondition(code == 0, "speex_preprocess_ctl(\(request)): \(code)")
        }
    }

    deinit { speex_preprocess_state_destroy(state) }

    /// Takes the next samples of the stream, any number, and appends what is done with so far to `output`.
    ///
    /// The size of the pieces does not change the result. Allocates only when `output` must grow.
    public mutating func process(_ input: Span<Int16>, into output: inout [Int16]) {
        consumed += input.count
        var taken = 0
        while taken < input.count {
            let count = min(Self.frameSamples - filled, input.count - taken)
            for index in 0..<count { frame[filled + index] = input[taken + index] }
            filled += count
            taken += count
            if filled == Self.frameSamples { reduce(into: &output) }
        }
    }

    /// Ends the stream: appends what is held, so that there is as much output as there was input. What was learned about the
    /// noise is kept for the stream that follows.
    public mutating func flush(into output: inout [Int16]) {
        while produced < consumed {
            for index in filled..<Self.frameSamples { frame[index] = 0 }
            reduce(into: &output)
        }
        (consumed, produced, isStale) = (0, 0, true)
    }

    private mutating func reduce(into output: inout [Int16]) {
        frame.withUnsafeMutableBufferPointer { _ = speex_preprocess_run(state, $0.baseAddress) }
        filled = 0
        if isStale {
            isStale = false
            return
        }
        let count = min(Self.frameSamples, consumed - produced)
        output.append(contentsOf: frame.prefix(count))
        produced += count
    }
}

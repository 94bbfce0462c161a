import CSpeexDSP

/// Converts a stream of samples from one rate to another: libspeexdsp at quality 5 behind a value of its own.
///
/// The filter's start-up delay is taken off the front and ``flush(into:)`` brings what it still holds at the end, so
/// that the output is aligned with the input and `n` samples become `n * to / from`, rounded up. Until then the output
/// runs 2.5 ms (to 5 ms at 8 kHz) behind. Equal rates copy.
///
/// Sendable without locks: the type cannot be copied, so that the one owner of the value is the one user of the C state
/// behind it, and that state has no link to a thread.
public struct Resampler: ~Copyable, Sendable {
    public let inputRate: SampleRate
    public let outputRate: SampleRate

    /// The C state; `nil` when the rates are equal. It is reached through this value alone, hence free of races.
    private nonisolated(unsafe) let state: OpaquePointer?
    /// Samples taken and given since the stream began, from which `flush` knows what is missing.
    private var consumed = 0
    private var produced = 0

    /// The quality of the library's scale 0...10 with a stop band below -100 dB and 0.2 dB of loss at 7/8 of the band.
    private static let quality: Int32 = 5
    /// Zeros handed to the filter at a time while flushing.
    private static let flushBlock = 64

    /// - Throws: ``AudioError/unsupportedConversion(from:to:)`` unless both are in ``SampleRate/supported``,
    ///   ``AudioError/resamplerUnavailable(reason:)`` when memory is short.
    public init(from inputRate: SampleRate, to outputRate: SampleRate) throws(AudioError) {
        guard SampleRate.supported.contains(inputRate), SampleRate.supported.contains(outputRate) else {
            throw .unsupportedConversion(from: inputRate, to: outputRate)
        }
        try self.init(converting: inputRate, to: outputRate)
    }

    /// Converts from a rate that a file may have, such as 11,025 or 96,000 Hz.
    /// - Parameter outputRate: one of ``SampleRate/supported``.
    /// - Throws: ``AudioError/unsupportedConversion(from:to:)`` outside of 1 to 384 kHz; else as
    ///   ``init(from:to:)``.
    public init(fromAny inputRate: SampleRate, to outputRate: SampleRate) throws(AudioError) {
        guard (1_000...384_000).contains(inputRate.hertz), SampleRate.supported.contains(outputRate) else {
            throw .unsupportedConversion(from: inputRate, to: outputRate)
        }
        try self.init(converting: inputRate, to: outputRate)
    }

    private init(converting inputRate: SampleRate, to outputRate: SampleRate) throws(AudioError) {
        var state: OpaquePointer?
        if inputRate != outputRate {
            var code: Int32 = 0
            state = speex_resampler_init(
                1, UInt32(inputRate.hertz), UInt32(outputRate.hertz), Resampler.quality, &code)
            guard let state else {
                let text = speex_resampler_strerror(code).map { String(cString: $0) } ?? "code \(code)"
                throw .resamplerUnavailable(reason: text)
            }
            speex_resampler_skip_zeros(state)
        }
        self.inputRate = inputRate
        self.outputRate = outputRate
        self.state = state
    }

    deinit {
        if let state { speex_resampler_destroy(state) }
    }

    /// Takes the next samples of the stream, any number, and appends what can be converted so far to `output`.
    ///
    /// The size of the pieces does not change the result. Allocates only when `output` must grow.
    public mutating func process(_ input: Span<Int16>, into output: inout [Int16]) {
        consumed += input.count
        guard state != nil else {
            input.withUnsafeBufferPointer { output.append(contentsOf: $0) }
            produced += input.count
            return
        }
        input.withUnsafeBufferPointer { convert($0, into: &output, limit: .max) }
    }

    /// Ends the stream: appends what the filter still holds, so that the output is complete, and begins anew.
    public mutating func flush(into output: inout [Int16]) {
        var missing = expectedOutput - produced
        while state != nil, missing > 0 {
            withUnsafeTemporaryAllocation(of: Int16.self, capacity: Resampler.flushBlock) { zeros in
                zeros.initialize(repeating: 0)
                convert(UnsafeBufferPointer(zeros), into: &output, limit: missing)
            }
            missing = expectedOutput - produced
        }
        reset()
    }

    /// Forgets the stream so far; the next sample begins another.
    public mutating func reset() {
        consumed = 0
        produced = 0
        guard let state else { return }
        speex_resampler_reset_mem(state)
        speex_resampler_skip_zeros(state)
    }

    /// Samples that all input so far makes in the end.
    private var expectedOutput: Int {
        (consumed * outputRate.hertz + inputRate.hertz - 1) / inputRate.hertz
    }

    /// Converts all of `input` and appends at most `limit` samples.
    private mutating func convert(_ input: UnsafeBufferPointer<Int16>, into output: inout [Int16], limit: Int) {
        guard let state, let base = input.baseAddress, !input.isEmpty else { return }
        let start = output.count
        // The fraction carried over can add one sample to the rounded-up quotient.
        let room = (input.count * outputRate.hertz) / inputRate.hertz + 2
        output.append(contentsOf: repeatElement(0, count: room))
        var written = 0
        output.withUnsafeMutableBufferPointer { target in
            var read = 0
            while read < input.count, start + written < target.count {
                var taken = UInt32(clamping: input.count - read)
                var given = UInt32(clamping: target.count - start - written)
                let code = speex_resampler_process_int(
                    state, 0, base + read, &taken, target.baseAddress! + start + written, &given)
                // The library fails on null or overlapping buffers only, which cannot be here.
                precondition(code == Int32(RESAMPLER_ERR_SUCCESS), "speex_resampler_process_int: \(code)")
                if taken == 0, given == 0 { break }
                read += Int(taken)
                written += Int(given)
            }
        }
        written = min(written, limit)
        produced += written
        output.removeLast(room - written)
    }
}

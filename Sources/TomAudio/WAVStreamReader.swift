/// Reads a WAV file from a pipe: takes bytes as they come and gives the samples they complete, as one channel.
///
/// A size of the `data` chunk that no finished file has (zero in an unfinished one, 0x7FFFF000 from eSpeak NG,
/// 0xFFFFFFFF from FFmpeg) means "until the end". Chunks before the samples are skipped without being kept, so that the
/// reader holds less than one block of samples and a 40-byte format chunk, whatever it is fed.
public struct WAVStreamReader: Sendable {
    /// What the next bytes are.
    fileprivate enum Expectation: Sendable {
        case riffHeader
        case chunkHeader
        /// The format chunk, of which `skip` bytes beyond the first 40 are not looked at.
        case formatBody(kept: Int, skip: Int)
        case skipped(remaining: Int)
        /// Samples; `nil` when only the end of the stream ends them.
        case samples(remaining: Int?)
        /// Whatever follows the samples.
        case trailer
    }

    /// From this size on a `data` chunk is taken to have been written before its length was known.
    private static let streamingSize = 0x7FFF_0000

    /// The rate of the samples, once the header has been read.
    public var rate: SampleRate? { format?.rate }
    /// Whether the header has been read and samples may follow.
    public var hasHeader: Bool {
        switch expectation {
        case .samples, .trailer: true
        default: false
        }
    }

    /// Whether the bytes so far end within a sample.
    public var endsWithinSample: Bool { hasHeader && !pending.isEmpty }

    private var expectation = Expectation.riffHeader
    private var format: WAVFormat?
    private var riffSizeIsKnown = true
    /// Bytes of a header or of a block of samples that is not complete yet.
    private var pending: [UInt8] = []
    /// The first error; what comes after it is not looked at.
    private var failure: AudioError?

    public init() {}

    /// Takes the next bytes of the file and returns the samples they complete, perhaps none.
    /// - Throws: ``AudioError/malformedWAV(reason:)`` or ``AudioError/unsupportedWAV(reason:)`` as soon as it is
    ///   certain, and again at each further call.
    public mutating func append(_ bytes: [UInt8]) throws(AudioError) -> [Int16] {
        var output: [Int16] = []
        try append(bytes.span, into: &output)
        return output
    }

    /// Takes the next bytes of the file and returns the samples they complete, perhaps none.
    /// - Throws: as ``append(_:)-([UInt8])``.
    public mutating func append(_ bytes: Span<UInt8>) throws(AudioError) -> [Int16] {
        var output: [Int16] = []
        try append(bytes, into: &output)
        return output
    }

    /// Takes the next bytes of the file and appends the samples they complete to `output`.
    /// - Throws: as ``append(_:)-([UInt8])``.
    public mutating func append(_ bytes: Span<UInt8>, into output: inout [Int16]) throws(AudioError) {
        if let failure { throw failure }
        let result: AudioError? = bytes.withUnsafeBufferPointer { buffer in
            do throws(AudioError) {
                var rest = buffer[...]
                while !rest.isEmpty { try step(&rest, into: &output) }
                return nil
            } catch {
                return error
            }
        }
        if let result {
            failure = result
            throw result
        }
    }

    /// Says that there are no more bytes. A file may end within its samples, not before them.
    /// - Throws: ``AudioError/malformedWAV(reason:)`` when the header is not complete, or the earlier error.
    public mutating func finish() throws(AudioError) {
        if let failure { throw failure }
        guard hasHeader else {
            let error = AudioError.malformedWAV(reason: missing)
            failure = error
            throw error
        }
    }

    private var missing: String {
        switch expectation {
        case .riffHeader: "it ends within the first 12 bytes"
        case .formatBody: "it ends within its format chunk"
        default: format == nil ? "it has no format chunk" : "it has no data chunk"
        }
    }
}

extension WAVStreamReader {
    /// Moves bytes from `input` to `pending` until that holds `count`; whether it does.
    private mutating func fill(_ count: Int, from input: inout Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let taken = min(count - pending.count, input.count)
        pending.append(contentsOf: input.prefix(taken))
        input = input.dropFirst(taken)
        return pending.count == count
    }

    /// Consumes at least one byte of `input`, which is not empty.
    private mutating func step(
        _ input: inout Slice<UnsafeBufferPointer<UInt8>>, into output: inout [Int16]
    ) throws(AudioError) {
        switch expectation {
        case .riffHeader:
            guard fill(12, from: &input) else { return }
            try readRiffHeader()
        case .chunkHeader:
            guard fill(8, from: &input) else { return }
            try readChunkHeader()
        case .formatBody(let kept, let skip):
            guard fill(kept, from: &input) else { return }
            format = try WAVFormat(chunk: pending)
            pending.removeAll(keepingCapacity: true)
            expectation = .afterSkipping(skip)
        case .skipped(let remaining):
            let taken = min(remaining, input.count)
            input = input.dropFirst(taken)
            expectation = .afterSkipping(remaining - taken)
        case .samples(let remaining):
            readSamples(&input, remaining: remaining, into: &output)
        case .trailer:
            input = input.dropFirst(input.count)
        }
    }

    private mutating func readRiffHeader() throws(AudioError) {
        guard pending[0..<4].elementsEqual("RIFF".utf8), pending[8..<12].elementsEqual("WAVE".utf8) else {
            throw .malformedWAV(reason: "it does not begin with RIFF and WAVE")
        }
        riffSizeIsKnown = WAVFormat.uint32(pending, 4) != 0
        pending.removeAll(keepingCapacity: true)
        expectation = .chunkHeader
    }

    private mutating func readChunkHeader() throws(AudioError) {
        let size = WAVFormat.uint32(pending, 4)
        let isFormat = pending[0..<4].elementsEqual("fmt ".utf8)
        let isData = pending[0..<4].elementsEqual("data".utf8)
        pending.removeAll(keepingCapacity: true)
        // Chunks begin at even offsets; the padding is not part of the size.
        let padded = size + size % 2
        if isFormat {
            guard size >= 16 else {
                throw .malformedWAV(reason: "its format chunk has \(size) bytes instead of 16 or more")
            }
            expectation = .formatBody(kept: min(size, 40), skip: padded - min(size, 40))
        } else if isData {
            guard format != nil else { throw .malformedWAV(reason: "its samples come before their format") }
            let isUnfinished = size == 0 && !riffSizeIsKnown
            if isUnfinished || size >= WAVStreamReader.streamingSize {
                expectation = .samples(remaining: nil)
            } else {
                expectation = size == 0 ? .trailer : .samples(remaining: size)
            }
        } else {
            expectation = .afterSkipping(padded)
        }
    }

    private mutating func readSamples(
        _ input: inout Slice<UnsafeBufferPointer<UInt8>>, remaining: Int?, into output: inout [Int16]
    ) {
        guard let format else { return }
        let block = format.bytesPerFrame
        let available = min(input.count, remaining ?? input.count)
        var bytes = input.prefix(available)
        input = input.dropFirst(available)
        if !pending.isEmpty, fill(block, from: &bytes) {
            pending.withUnsafeBytes { format.decode($0, into: &output) }
            pending.removeAll(keepingCapacity: true)
        }
        // When `fill` took all there was, both parts are empty.
        let whole = bytes.prefix(bytes.count / block * block)
        if !whole.isEmpty {
            format.decode(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: whole)), into: &output)
        }
        pending.append(contentsOf: bytes.dropFirst(whole.count))
        guard let remaining else { return }
        expectation = remaining > available ? .samples(remaining: remaining - available) : .trailer
    }
}

extension WAVStreamReader.Expectation {
    fileprivate static func afterSkipping(_ count: Int) -> Self {
        count > 0 ? .skipped(remaining: count) : .chunkHeader
    }
}

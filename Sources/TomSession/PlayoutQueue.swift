import TomAudio

/// Reply audio that is made and not yet handed to the transport, at the call's output rate.
///
/// Chunks are kept as the synthesiser gave them (shared, not copied) and cut into 20 ms frames on the way out. Its bound is
/// the core's `maxBufferedAudio` plus one sentence.
struct PlayoutQueue {
    private let codec: AudioCodec
    let samplesPerFrame: Int
    private let maxSamples: Int
    private var chunks: [[Int16]] = []
    /// First chunk that is not used up, and how many of its samples are.
    private var head = 0
    private var offset = 0
    private(set) var samples = 0
    private var frame: [Int16] = []
    private var encoded: [UInt8] = []

    /// - Parameter maxFrames: how many frames may go out as one, where so many are there.
    init(format: AudioFormat, maxFrames: Int = 1) {
        codec = format.codec
        samplesPerFrame = AudioFrame.samples(at: format.sampleRate)
        maxSamples = samplesPerFrame * maxFrames
    }

    mutating func append(_ chunk: [Int16]) {
        guard !chunk.isEmpty else { return }
        chunks.append(chunk)
        samples += chunk.count
    }

    mutating func clear() {
        chunks.removeAll()
        (head, offset, samples) = (0, 0, 0)
    }

    /// Keeps the next `count` samples and drops what follows them.
    mutating func keep(_ count: Int) {
        guard count > 0 else { return clear() }
        guard count < samples else { return }
        var left = count + offset
        for index in head..<chunks.count {
            if left < chunks[index].count { chunks[index].removeLast(chunks[index].count - max(left, 0)) }
            left -= chunks[index].count
        }
        while let last = chunks.last, last.isEmpty, chunks.count > head + 1 { chunks.removeLast() }
        samples = count
    }

    /// Takes the next frame, or as many as may go out as one and are within `limit` samples, and hands their bytes to
    /// `body`. A frame is shorter than 20 ms only at the end.
    mutating func takeFrame(upTo limit: Int = .max, _ body: (UnsafeRawBufferPointer) -> Void) -> Int {
        let whole = min(maxSamples, limit) / samplesPerFrame * samplesPerFrame
        let count = min(max(whole, samplesPerFrame), samples)
        guard count > 0 else { return 0 }
        if chunks[head].count - offset >= count, codec == .pcm16 {
            // The common case copies nothing: a frame that lies within one chunk, in the machine's own byte order.
            chunks[head].withUnsafeBytes { bytes in
                body(UnsafeRawBufferPointer(rebasing: bytes[(offset * 2)..<((offset + count) * 2)]))
            }
            advance(count)
            return count
        }
        frame.removeAll(keepingCapacity: true)
        while frame.count < count {
            let part = min(count - frame.count, chunks[head].count - offset)
            frame.append(contentsOf: chunks[head][offset..<(offset + part)])
            advance(part)
        }
        // Taken out of self for the call: a span of one stored buffer and a change to another would overlap.
        var bytes: [UInt8] = []
        swap(&bytes, &encoded)
        bytes.removeAll(keepingCapacity: true)
        switch codec {
        case .pcm16: PCM16.encode(frame.span, into: &bytes)
        case .pcmu: G711.encode(frame.span, law: .mu, into: &bytes)
        case .pcma: G711.encode(frame.span, law: .a, into: &bytes)
        }
        bytes.withUnsafeBytes(body)
        swap(&bytes, &encoded)
        return count
    }

    private mutating func advance(_ count: Int) {
        samples -= count
        offset += count
        guard offset == chunks[head].count else { return }
        chunks[head] = []
        head += 1
        offset = 0
        if head == chunks.count {
            chunks.removeAll(keepingCapacity: true)
            head = 0
        }
    }
}

import TomWire

/// Writes server events as JSON, in one of the API's dialects, and numbers them: `event_<seed>_<n>`.
public struct RealtimeServerEventEncoder: Sendable {
    private let dialect: RealtimeDialect
    private let idPrefix: String
    /// What follows the audio of a delta, up to the event's number.
    private let audioTail: [UInt8]
    private var count = 0

    /// - Parameter seed: letters and digits, unlike in any other session.
    public init(dialect: RealtimeDialect, seed: String) {
        self.dialect = dialect
        idPrefix = "event_\(seed)_"
        audioTail = Array("\",\"event_id\":\"\(idPrefix)".utf8)
    }

    /// Appends `event` as one JSON object.
    public mutating func encode(_ event: RealtimeServerEvent, into bytes: inout [UInt8]) {
        count += 1
        JSONWriter.append(to: &bytes) { writer in
            writer.object { writer in
                writer.field("type", event.name(in: dialect))
                writer.field("event_id", "\(idPrefix)\(count)")
                writer.write(event, dialect)
            }
        }
    }

    /// Appends a `response.output_audio.delta`; allocates nothing once `bytes` has its capacity.
    ///
    /// - Parameter audio: in the response's output format.
    public mutating func encodeAudioDelta(
        _ audio: UnsafeRawBufferPointer, to target: RealtimeAudioTarget, into bytes: inout [UInt8]
    ) {
        count += 1
        bytes.append(contentsOf: target.head)
        let start = bytes.count
        bytes.resize(to: start + Base64.encodedCount(audio.count))
        bytes.withUnsafeMutableBytes { all in
            Base64.encode(audio, into: UnsafeMutableRawBufferPointer(rebasing: all[start...]))
        }
        bytes.append(contentsOf: audioTail)
        JSONWriter.append(to: &bytes) { $0.integer(count) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: "}"))
    }
}

public import Foundation
public import TomAudio

/// A message a caller left, as one line of `messages.jsonl`.
public struct Message: Sendable, Equatable, Codable, Identifiable {
    public let id: String
    /// When it was taken: RFC 3339, UTC, with milliseconds.
    public let time: String
    public let callID: String
    /// The agent that took it.
    public let agent: String
    /// `nil` when the name is known as a recording only, or not at all; likewise the others.
    public let name: String?
    /// Digits, with a leading `+` when one was given.
    public let number: String?
    public let concern: String?
    /// Whether the caller confirmed the read-back.
    public let confirmed: Bool
    public let recordings: [Recording]

    /// The caller's audio of one part of the message.
    public struct Recording: Sendable, Equatable, Codable {
        /// `name` or `concern`.
        public let part: String
        /// The WAV file's name in the directory `recordings`.
        public let file: String
        public let durationMs: Int

        enum CodingKeys: String, CodingKey {
            case part, file
            case durationMs = "duration_ms"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id, time, agent, name, number, concern, confirmed, recordings
        case callID = "call_id"
    }
}

/// A message to be kept.
public struct MessageDraft: Sendable {
    /// Unique among all messages: 1 to 64 of `A-Z a-z 0-9 _ -`; it also names the recordings.
    public var id: String
    public var time: Date
    public var callID: String
    public var agent: String
    public var name: String?
    public var number: String?
    public var concern: String?
    public var confirmed: Bool
    /// At most ``maxRecordings``.
    public var recordings: [RecordedPart]

    public static let maxRecordings = 16
    /// Bound of the message's line in bytes; a longer one is refused.
    public static let maxLineBytes = 65_536

    public init(
        id: String, time: Date, callID: String, agent: String, name: String? = nil, number: String? = nil,
        concern: String? = nil, confirmed: Bool = true, recordings: [RecordedPart] = []
    ) {
        self.id = id
        self.time = time
        self.callID = callID
        self.agent = agent
        self.name = name
        self.number = number
        self.concern = concern
        self.confirmed = confirmed
        self.recordings = recordings
    }

    /// Audio of one part.
    public struct RecordedPart: Sendable {
        /// `name` or `concern`: 1 to 32 of `a-z _`. Several recordings may share one.
        public var part: String
        /// PCM16 mono.
        public var samples: [Int16]
        public var rate: SampleRate
        public init(part: String, samples: [Int16], rate: SampleRate) {
            self.part = part
            self.samples = samples
            self.rate = rate
        }
    }

    /// The message as it will be written.
    func message() throws(StoreError) -> Message {
        guard Self.isName(id, limit: 64) else {
            throw .invalid("the message's id is not usable as a file name.", hint: "Use 1 to 64 of A-Z a-z 0-9 _ -.")
        }
        guard recordings.count <= Self.maxRecordings else {
            throw .invalid(
                "the message has \(recordings.count) recordings.", hint: "Keep at most \(Self.maxRecordings).")
        }
        var kept: [Message.Recording] = []
        for (index, recording) in recordings.enumerated() {
            guard Self.isName(recording.part, limit: 32) else {
                throw .invalid("a recording's part is not usable as a file name.", hint: "Use 1 to 32 of a-z and _.")
            }
            let number = kept.contains { $0.part == recording.part } ? "-\(index + 1)" : ""
            let durationMs = recording.samples.count * 1_000 / recording.rate.hertz
            let file = "\(id)-\(recording.part)\(number).wav"
            kept.append(.init(part: recording.part, file: file, durationMs: durationMs))
        }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return Message(
            id: id, time: time.formatted(style), callID: callID, agent: agent, name: name, number: number,
            concern: concern, confirmed: confirmed, recordings: kept)
    }

    static func isName(_ text: String, limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// Where a dialogue with the receptionist stands: a value that travels with the conversation's record as a short text.
public struct ReceptionistState: Sendable, Equatable {
    /// What the receptionist waits for. Any caller's turn may also end in `idle` by cancelling.
    enum Step: String, Sendable {
        /// Anything. To `slot`, `offer`, or the end of the call.
        case idle
        /// Anything, after "anything else?": no ends the call.
        case anythingElse
        /// Yes or no to taking a message. To `slot` or `anythingElse`.
        case offer
        /// The part `slot` of the message. To the next part or `confirm`.
        case slot
        /// Yes or no to the message read back. To `saving` or `change`.
        case confirm
        /// Which part to change. To `slot`.
        case change
        /// The tool's answer. To `anythingElse` or `retry`.
        case saving
        /// Yes or no to saving again. To `saving` or `anythingElse`.
        case retry
    }

    /// A part of the message: its words where they are known, and the turns that hold the caller's audio of it.
    struct Value: Sendable, Equatable {
        var text: String?
        var turns: [String] = []
    }

    var step = Step.idle
    /// Index of the slot asked for, in `slot`.
    var slot = 0
    var values: [Agent.SlotID: Value] = [:]
    /// A part is being corrected: the read-back follows it.
    var correcting = false
    /// How often in a row nothing was understood.
    var misses = 0
    /// How often saving failed.
    var failures = 0
    /// The caller has said goodbye: the call ends once the message is saved.
    var leaving = false
    /// What was said last, for "pardon?".
    var last = ""

    /// The state of a call in which nothing but the greeting was said.
    public init() {}
}

/// The text form: `v1` and `key=value` fields separated by `&`, values percent-encoded.
extension ReceptionistState {
    public var encoded: String {
        var fields = ["v1", "step=\(step.rawValue)"]
        for (key, number) in [("slot", slot), ("misses", misses), ("failures", failures)]
        where number != 0 {
            fields.append("\(key)=\(number)")
        }
        if correcting { fields.append("correcting=1") }
        if leaving { fields.append("leaving=1") }
        for id in Agent.SlotID.allCases {
            guard let value = values[id] else { continue }
            if let text = value.text { fields.append("\(id.rawValue)=\(Self.escape(text))") }
            if !value.turns.isEmpty {
                fields.append("\(id.rawValue)_turn=\(Self.escape(value.turns.joined(separator: " ")))")
            }
        }
        fields.append("last=\(Self.escape(last))")
        return fields.joined(separator: "&")
    }

    /// Reads ``encoded`` back; `nil` for any other text, which is then treated as a call just begun.
    public init?(encoded: String) {
        self.init()
        let fields = encoded.split(separator: "&", omittingEmptySubsequences: false)
        guard fields.first == "v1" else { return nil }
        for field in fields.dropFirst() {
            let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let value = Self.unescape(pair[1]), set(String(pair[0]), value) else { return nil }
        }
    }

    private mutating func set(_ key: String, _ value: String) -> Bool {
        let number = Int(value).flatMap { (0...1_000).contains($0) ? $0 : nil }
        switch key {
        case "step":
            guard let known = Step(rawValue: value) else { return false }
            step = known
        case "slot", "misses", "failures":
            guard let number else { return false }
            switch key {
            case "slot": slot = number
            case "misses": misses = number
            default: failures = number
            }
        case "correcting": correcting = value == "1"
        case "leaving": leaving = value == "1"
        case "last": last = value
        default: return setPart(key, value)
        }
        return true
    }

    private mutating func setPart(_ key: String, _ value: String) -> Bool {
        if let id = Agent.SlotID(rawValue: key) {
            values[id, default: Value()].text = value
        } else if key.hasSuffix("_turn"), let id = Agent.SlotID(rawValue: String(key.dropLast(5))) {
            values[id, default: Value()].turns = value.split(separator: " ").map(String.init)
        } else {
            return false
        }
        return true
    }

    private static func escape(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "="), 0..<32, 127:
                out.append(UInt8(ascii: "%"))
                out.append(hex[Int(byte >> 4)])
                out.append(hex[Int(byte & 15)])
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func unescape(_ text: Substring) -> String? {
        var out: [UInt8] = []
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                out.append(byte)
                continue
            }
            guard let first = bytes.next(), let second = bytes.next(),
                let high = hex.firstIndex(of: first), let low = hex.firstIndex(of: second)
            else { return nil }
            out.append(UInt8(high << 4 | low))
        }
        return String(validating: out, as: UTF8.self)
    }

    private static let hex = Array("0123456789abcdef".utf8)
}

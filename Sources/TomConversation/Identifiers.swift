/// Names one turn of the caller within its call: from the first sound (or key, or typed text) to the answer's end.
public struct TurnID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// 1 for the call's first turn; 0 is the greeting's, which no caller's turn preceded.
    public let number: Int
    public init(_ number: Int) { self.number = number }
    public static func < (a: TurnID, b: TurnID) -> Bool { a.number < b.number }
    /// The spelling on the wire, `t1`.
    public var description: String { "t\(number)" }
    /// Reads the wire's spelling back; `nil` when `text` is not one.
    public init?(wire text: String) {
        guard text.utf8.first == UInt8(ascii: "t"), let number = Int(text.dropFirst()), number >= 0 else { return nil }
        self.number = number
    }
}

/// Names one response: one generation of text and its speech. Every engine result carries it, so that a late result is
/// recognised by its id and never by its timing.
public struct ResponseID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// Counts from 1 within a call and is never used twice.
    public let number: Int
    public init(_ number: Int) { self.number = number }
    public static func < (a: ResponseID, b: ResponseID) -> Bool { a.number < b.number }
    /// The spelling on the wire, `r1`.
    public var description: String { "r\(number)" }
    /// Reads the wire's spelling back; `nil` when `text` is not one.
    public init?(wire text: String) {
        guard text.utf8.first == UInt8(ascii: "r"), let number = Int(text.dropFirst()), number > 0 else { return nil }
        self.number = number
    }
}

/// Names one sentence of a response on its way through the synthesiser.
public struct SegmentID: Hashable, Sendable, Codable, CustomStringConvertible {
    public let response: ResponseID
    /// 0 for the response's first sentence.
    public let index: Int
    public init(response: ResponseID, index: Int) {
        self.response = response
        self.index = index
    }
    public var description: String { "\(response).\(index)" }
}

/// Names one item of the conversation's record.
public struct ItemID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Counts from 1 within a call.
    public let number: Int
    public init(_ number: Int) { self.number = number }
    public var description: String { "i\(number)" }
}

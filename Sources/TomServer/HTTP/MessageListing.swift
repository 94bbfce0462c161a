public import Foundation
public import TomSession

/// Where the messages that callers left are looked up.
public protocol MessageListing: Sendable {
    /// The latest messages, newest first.
    /// - Parameter limit: 1 to 1000.
    func latestMessages(limit: Int) async throws -> [ListedMessage]
}

/// Where the records of calls are looked up.
public protocol CallRecords: Sendable {
    /// The record of a call, live or ended; `nil` when none is known.
    func record(of callID: String) async throws -> CallRecord?
}

/// A message as `GET /v1/messages` shows it.
public struct ListedMessage: Sendable, Encodable, Equatable {
    public var id: String
    public var callID: String
    public var taken: Date
    /// What the agent asked for, such as `name`, `number` and `concern`; what was kept as audio only is missing here.
    public var fields: [String: String]
    /// The fields that were kept as audio.
    public var audio: [String]

    public init(id: String, callID: String, taken: Date, fields: [String: String], audio: [String]) {
        self.id = id
        self.callID = callID
        self.taken = taken
        self.fields = fields
        self.audio = audio
    }

    enum CodingKeys: String, CodingKey {
        case id, taken, fields, audio
        case callID = "call_id"
    }
}

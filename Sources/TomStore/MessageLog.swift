import Foundation

/// The append-only file of messages.
struct MessageLog: ~Copyable, Sendable {
    private var lines: LineLog

    private static func path(_ directory: String) -> String { directory + "/messages.jsonl" }

    init(directory: String) throws(StoreError) {
        lines = try LineLog(
            path: Self.path(directory), directory: directory, maxLineBytes: MessageDraft.maxLineBytes
        ) { Self.message($0) != nil }
    }

    /// Ends an unfinished last line: completed with its line feed when it is a whole message, cut off otherwise.
    /// - Returns: how many bytes were cut off.
    mutating func repair() throws(StoreError) -> Int { try lines.repair() }

    /// Appends one line, which ends in a line feed, and returns when it is on the disk.
    mutating func append(_ line: [UInt8]) throws(StoreError) { try lines.append(line) }

    /// The last `limit` messages, newest first; reads from the end, and only as much as is needed.
    static func list(directory: String, limit: Int) throws(StoreError) -> [Message] {
        guard limit > 0 else { return [] }
        var found: [Message] = []
        try LineLog.readBackwards(
            path: path(directory), directory: directory, maxLineBytes: MessageDraft.maxLineBytes
        ) { line in
            if let message = message(line) { found.append(message) }
            return found.count < limit
        }
        return found
    }

    private static func message(_ line: ArraySlice<UInt8>) -> Message? {
        line.isEmpty ? nil : try? JSONDecoder().decode(Message.self, from: Data(line))
    }
}

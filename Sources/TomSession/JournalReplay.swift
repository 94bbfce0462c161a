import Foundation
public import TomConversation

/// Runs a journal through the conversation core again: the same inputs at the same times give the same actions.
public struct JournalReplay: Sendable {
    public let callID: String
    private let configuration: Conversation.Configuration
    private let entries: [Journal.Entry]

    /// Reads a journal.
    ///
    /// - Throws: `SessionError.journalUnreadable` with the line that is wrong. A last line torn by a crash is left out.
    public init(contentsOf path: String) throws(SessionError) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .journalUnreadable(path: path, line: 0, why: "the file cannot be read")
        }
        let lines = data.split(separator: UInt8(ascii: "\n"))
        let decoder = JSONDecoder()
        guard let first = lines.first, let version = try? decoder.decode(Version.self, from: first).journal else {
            throw .journalUnreadable(path: path, line: 1, why: "it is not the header of a journal")
        }
        guard version == Journal.Header.version, let header = try? decoder.decode(Journal.Header.self, from: first)
        else {
            throw .journalUnreadable(
                path: path, line: 1,
                why: "it is of version \(version), written by another TOM; this one reads \(Journal.Header.version)")
        }
        var entries: [Journal.Entry] = []
        for (index, line) in lines.enumerated().dropFirst() {
            guard let entry = try? decoder.decode(Journal.Entry.self, from: line) else {
                let isTorn = index == lines.count - 1 && data.last != UInt8(ascii: "\n")
                if isTorn { break }
                throw .journalUnreadable(path: path, line: index + 1, why: "it is not an input of this version")
            }
            entries.append(entry)
        }
        callID = header.call
        configuration = header.configuration
        self.entries = entries
    }

    /// What the header of every version has.
    private struct Version: Decodable { var journal: Int }

    /// Hands every input with its time and the actions it leads to, in order, to `body`.
    public func run(_ body: (Instant, Conversation.Input, [Conversation.Action]) -> Void) {
        var conversation = Conversation(configuration: configuration)
        for entry in entries {
            body(entry.t, entry.input, conversation.handle(entry.input, at: entry.t))
        }
    }
}

import CoreMetrics
import Dispatch
import Foundation
import Logging
import Synchronization
import TomConversation

/// The record of one call's inputs, as JSON Lines: a header with the conversation's configuration, then one input a line.
///
/// It holds what was said, so it is written only when asked for, readable by its owner alone. Lines are encoded and written on
/// a queue of its own; a disk that fails ends the journal, never the call.
final class Journal: Sendable {
    /// First line of the file.
    struct Header: Codable {
        /// Counted up when older journals cannot be read any more.
        var journal = Header.version
        static let version = 2
        var call: String
        var configuration: Conversation.Configuration
    }

    /// Every other line.
    struct Entry: Codable {
        var t: Instant
        var input: Conversation.Input
    }

    private let queue = DispatchQueue(label: "tom.journal")
    private let file: FileHandle
    private let logger: Logger
    private let dropped: Counter
    private let state = Mutex((waiting: 0, ended: false))

    /// Creates `<directory>/call-<callID>-<milliseconds>.jsonl`.
    ///
    /// - Throws: `SessionError.journal` when the file cannot be created.
    convenience init(
        directory: String, callID: String, startedAtMs: Int64, dropped: Counter, logger: Logger
    ) throws(SessionError) {
        // A call id may hold dots and colons; as a file name it starts with none and holds no separator.
        let path = "\(directory)/call-\(callID)-\(startedAtMs).jsonl"
        try Self.prepare(directory)
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: path)
        else { throw .journal(directory: directory) }
        self.init(file: file, dropped: dropped, logger: logger)
    }

    /// Makes the directory where there is none, and checks that files can be made in it.
    static func prepare(_ directory: String) throws(SessionError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .journal(directory: directory)
        }
        guard FileManager.default.isWritableFile(atPath: directory) else { throw .journal(directory: directory) }
    }

    /// - Parameter dropped: counts journals that ended before their calls.
    init(file: FileHandle, dropped: Counter, logger: Logger) {
        self.file = file
        self.dropped = dropped
        self.logger = logger
    }

    func begin(callID: String, configuration: Conversation.Configuration) {
        write(Header(call: callID, configuration: configuration))
    }

    func record(_ input: Conversation.Input, at now: Instant) { write(Entry(t: now, input: input)) }

    func end() { queue.async { [file] in try? file.close() } }

    /// Waits until the file holds everything recorded so far.
    func drain() { queue.sync {} }

    /// Lines that may wait for the disk; one more ends the journal.
    private static let maxWaiting = 10_000

    private func write(_ line: some Encodable & Sendable) {
        let admitted = state.withLock { state in
            guard !state.ended, state.waiting < Self.maxWaiting else {
                defer { state.ended = true }
                return state.ended ? Admission.late : .overflow
            }
            state.waiting += 1
            return .taken
        }
        switch admitted {
        case .taken: break
        case .overflow: return giveUp()
        case .late: return
        }
        queue.async { [self] in
            let wanted = state.withLock { state in
                state.waiting -= 1
                return !state.ended
            }
            guard wanted else { return }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
            do {
                try file.write(contentsOf: encoder.encode(line) + Data("\n".utf8))
            } catch {
                // A line is missing: what followed would not replay.
                state.withLock { $0.ended = true }
                giveUp()
            }
        }
    }

    private func giveUp() {
        dropped.increment()
        logger.error("journal ended before its call", metadata: ["error.code": "session.journal"])
    }

    private enum Admission { case taken, overflow, late }
}

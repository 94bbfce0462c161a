import Foundation
import Glibc
import Synchronization
import TomErrors

/// Keeps the messages callers leave: `messages.jsonl`, one JSON object a line, and their audio in `recordings/*.wav`.
///
/// When ``append(_:)`` returns, the message with its recordings is on the disk and survives a crash. Files are readable
/// by the owner only (0600, directories 0700).
///
/// Every method blocks on the disk, `append` for as long as `fsync` takes: call it from a thread of your own, never
/// from an event loop. Appends from several threads are done one after the other. One process at a time may hold a
/// store open.
public final class MessageStore: Sendable {
    public let directory: String
    /// Bytes of a line that a crash left unfinished, removed at open; that message was never acknowledged.
    public let tornBytes: Int
    private let log: Mutex<MessageLog>
    private let recordings: RecordingFiles
    /// Held open for the lock on it.
    private let lockFile: File

    /// The most messages ``list(limit:)`` returns.
    public static let maxList = 1_000

    /// Opens the store, making its directory (not its parents) when it is not there, and repairs what a crash left.
    /// - Throws: `store.locked` when another process has it open, `store.denied`, `store.disk_full` or `store.io`.
    public init(directory: String) throws(StoreError) {
        self.directory = directory
        try Self.makeDirectory(directory, in: directory)
        lockFile = try File(directory + "/lock", O_RDWR | O_CREAT, action: "open the lock", directory: directory)
        guard try lockFile.lock() else {
            throw StoreError(
                code: "store.locked", message: "another process keeps its messages in \(directory).",
                hint: "Stop it, or set another directory.", category: .invalidRequest)
        }
        recordings = RecordingFiles(directory: directory)
        try Self.makeDirectory(recordings.path, in: directory)
        try recordings.removeUnfinished()
        var log = try MessageLog(directory: directory)
        tornBytes = try log.repair()
        self.log = Mutex(log)
    }

    /// Keeps a message, its recordings first, so that a line never names a file that is not whole.
    /// - Returns: the message as it was written.
    /// - Throws: `store.disk_full`, `store.denied` or `store.io`, and then nothing of this message is left and all
    ///   earlier ones are intact; `store.invalid_message` when the draft breaks its bounds.
    @discardableResult
    public func append(_ draft: MessageDraft) throws(StoreError) -> Message {
        let message = try draft.message()
        let line = try Self.line(message)
        try log.withLock { (log) throws(StoreError) in
            var written: [String] = []
            do throws(StoreError) {
                for (recording, part) in zip(message.recordings, draft.recordings) {
                    try recordings.write(part, as: recording.file)
                    written.append(recording.file)
                }
                if !written.isEmpty { try File.syncDirectory(recordings.path, directory: directory) }
                try log.append(line)
            } catch {
                for file in written { recordings.remove(file) }
                throw error
            }
        }
        return message
    }

    /// The latest messages, newest first. Lines that are no message (edited by hand, torn) are left out.
    /// - Parameter limit: how many at most; more than ``maxList`` counts as that.
    public func list(limit: Int) throws(StoreError) -> [Message] {
        try MessageLog.list(directory: directory, limit: min(limit, Self.maxList))
    }

    /// Where the recording with this name is; `nil` when it cannot be one of the store's names.
    public func path(ofRecording file: String) -> String? { recordings.path(of: file) }

    private static func line(_ message: Message) throws(StoreError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json: Data
        do {
            json = try encoder.encode(message)
        } catch {
            throw .invalid("the message cannot be written as JSON.", hint: "Report this as a fault of TOM.")
        }
        guard json.count < MessageDraft.maxLineBytes else {
            throw .invalid(
                "the message has \(json.count) bytes.", hint: "Keep its text below \(MessageDraft.maxLineBytes) bytes.")
        }
        return Array(json) + [UInt8(ascii: "\n")]
    }

    private static func makeDirectory(_ path: String, in directory: String) throws(StoreError) {
        if mkdir(path, 0o700) == 0 {
            let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
            return try File.syncDirectory(parent, directory: directory)
        }
        guard errno == EEXIST else { throw .system("make the directory", errno: errno, directory: directory) }
    }
}

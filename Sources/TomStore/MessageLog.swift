import Foundation
import Glibc

/// The append-only file of messages. Its last byte is a line feed, except between a failed write and its repair.
struct MessageLog: ~Copyable, Sendable {
    private let directory: String
    private var file: File
    private static let lineFeed = UInt8(ascii: "\n")
    private static let block = 65_536

    private static func path(_ directory: String) -> String { directory + "/messages.jsonl" }

    init(directory: String) throws(StoreError) {
        self.directory = directory
        file = try Self.open(directory)
    }

    private static func open(_ directory: String) throws(StoreError) -> File {
        let file = try File(
            path(directory), O_RDWR | O_APPEND | O_CREAT, action: "open the messages", directory: directory)
        // Cheap, and needed when the file was made just now: without it a crash could lose the file's name.
        try File.syncDirectory(directory, directory: directory)
        return file
    }

    /// Ends an unfinished last line: completed with its line feed when it is a whole message, cut off otherwise.
    /// - Returns: how many bytes were cut off.
    mutating func repair() throws(StoreError) -> Int {
        let length = Int(try file.status().st_size)
        let end = try Self.endOfLines(file, length: length)
        guard end < length else { return 0 }
        var tail = [UInt8](repeating: 0, count: min(length - end, MessageDraft.maxLineBytes))
        _ = try file.read(into: &tail, at: end)
        if tail.count == length - end, Self.message(tail[...]) != nil {
            try file.write([Self.lineFeed])
            try file.sync()
            return 0
        }
        try file.truncate(to: end)
        try file.sync()
        return length - end
    }

    /// Appends one line, which ends in a line feed, and returns when it is on the disk.
    mutating func append(_ line: [UInt8]) throws(StoreError) {
        try reopenIfReplaced()
        // A write that failed before may have left part of a line that could not be removed then.
        _ = try repair()
        let length = Int(try file.status().st_size)
        do throws(StoreError) {
            try file.write(line)
            try file.sync()
        } catch {
            // What fails here is tried again before the next append.
            try? file.truncate(to: length)
            try? file.sync()
            throw error
        }
    }

    /// Follows the path when the file was moved away or deleted (log rotation, a restored backup).
    private mutating func reopenIfReplaced() throws(StoreError) {
        var current = stat()
        let held = try file.status()
        if stat(Self.path(directory), &current) == 0, current.st_ino == held.st_ino, current.st_dev == held.st_dev {
            return
        }
        file = try Self.open(directory)
    }

    /// The offset after the last line feed.
    private static func endOfLines(_ file: borrowing File, length: Int) throws(StoreError) -> Int {
        var end = length
        while end > 0 {
            let start = max(0, end - block)
            var bytes = [UInt8](repeating: 0, count: end - start)
            let count = try file.read(into: &bytes, at: start)
            if let last = bytes[..<count].lastIndex(of: lineFeed) { return start + last + 1 }
            end = start
        }
        return 0
    }

    /// The last `limit` messages, newest first; reads from the end, and only as much as is needed.
    static func list(directory: String, limit: Int) throws(StoreError) -> [Message] {
        guard limit > 0 else { return [] }
        let file = try File(path(directory), O_RDONLY, action: "read the messages", directory: directory)
        // What follows the last line feed may be a line being written just now.
        var position = try endOfLines(file, length: Int(try file.status().st_size))
        var found: [Message] = []
        var rest: [UInt8] = []
        while position > 0, found.count < limit {
            let start = max(0, position - block)
            var bytes = [UInt8](repeating: 0, count: position - start)
            let count = try file.read(into: &bytes, at: start)
            let lines = (bytes[..<count] + rest).split(separator: lineFeed, omittingEmptySubsequences: false)
            // The first piece may begin in the block before.
            rest = start > 0 ? Array(lines[0].prefix(MessageDraft.maxLineBytes)) : []
            for line in lines.dropFirst(start > 0 ? 1 : 0).reversed() where found.count < limit {
                if let message = message(line) { found.append(message) }
            }
            position = start
        }
        return found
    }

    private static func message(_ line: ArraySlice<UInt8>) -> Message? {
        line.isEmpty ? nil : try? JSONDecoder().decode(Message.self, from: Data(line))
    }
}

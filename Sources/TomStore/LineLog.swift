import Foundation
import Glibc

/// An append-only file of lines. Its last byte is a line feed, except between a failed write and its repair.
struct LineLog: ~Copyable, Sendable {
    private let path: String
    private let directory: String
    private let maxLineBytes: Int
    /// Whether bytes that no line feed follows are a whole line all the same.
    private let isWhole: @Sendable (ArraySlice<UInt8>) -> Bool
    private var file: File
    private static let lineFeed = UInt8(ascii: "\n")
    private static let block = 65_536

    /// Opens the file, or makes it.
    init(
        path: String, directory: String, maxLineBytes: Int, isWhole: @escaping @Sendable (ArraySlice<UInt8>) -> Bool
    ) throws(StoreError) {
        self.path = path
        self.directory = directory
        self.maxLineBytes = maxLineBytes
        self.isWhole = isWhole
        file = try Self.open(path, directory)
    }

    private static func open(_ path: String, _ directory: String) throws(StoreError) -> File {
        let file = try File(
            path, O_RDWR | O_APPEND | O_CREAT, action: "open a file of lines", directory: directory)
        // Cheap, and needed when the file was made just now: without it a crash could lose the file's name.
        try File.syncDirectory(directory, directory: directory)
        return file
    }

    /// Ends an unfinished last line: completed with its line feed when it is whole, cut off otherwise.
    /// - Returns: how many bytes were cut off.
    mutating func repair() throws(StoreError) -> Int {
        let length = Int(try file.status().st_size)
        let end = try Self.endOfLines(file, length: length)
        guard end < length else { return 0 }
        var tail = [UInt8](repeating: 0, count: min(length - end, maxLineBytes))
        _ = try file.read(into: &tail, at: end)
        if tail.count == length - end, isWhole(tail[...]) {
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
        if stat(path, &current) == 0, current.st_ino == held.st_ino, current.st_dev == held.st_dev { return }
        file = try Self.open(path, directory)
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

    /// Hands the lines to `body`, the last one first, until it returns `false` or `maxBytes` are read; reads no more than needed.
    static func readBackwards(
        path: String, directory: String, maxLineBytes: Int, maxBytes: Int = .max,
        _ body: (ArraySlice<UInt8>) -> Bool
    ) throws(StoreError) {
        let file = try File(path, O_RDONLY, action: "read a file of lines", directory: directory)
        // What follows the last line feed may be a line being written just now.
        let end = try endOfLines(file, length: Int(try file.status().st_size))
        var position = end
        var rest: [UInt8] = []
        while position > 0, end - position < maxBytes {
            let start = max(0, position - block)
            var bytes = [UInt8](repeating: 0, count: position - start)
            let count = try file.read(into: &bytes, at: start)
            let lines = (bytes[..<count] + rest).split(separator: lineFeed, omittingEmptySubsequences: false)
            // The first piece may begin in the block before.
            rest = start > 0 ? Array(lines[0].prefix(maxLineBytes)) : []
            for line in lines.dropFirst(start > 0 ? 1 : 0).reversed() where !line.isEmpty {
                if !body(line) { return }
            }
            position = start
        }
    }
}

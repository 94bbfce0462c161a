public import Foundation
import Glibc
import Synchronization

/// A file with one line of JSON for each call that has ended. Readable by its owner alone; rotation is left to others, whose
/// moving the file away is followed at the next line.
///
/// Every method blocks on the disk: call it from a thread of your own. One process at a time may append.
public final class CallLog: Sendable {
    public let path: String
    private let directory: String
    private let log: Mutex<LineLog>

    /// The longest line, in bytes.
    public static let maxLineBytes = 65_536
    /// How far back ``last(where:)`` looks, in bytes.
    static let maxSearchedBytes = 64 << 20

    /// Opens the file or makes it, and cuts off what a crash left of a line.
    /// - Throws: `store.denied`, `store.disk_full` or `store.io`.
    public init(path: String) throws(StoreError) {
        self.path = path
        directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        var log = try LineLog(path: path, directory: directory, maxLineBytes: Self.maxLineBytes) { line in
            (try? JSONSerialization.jsonObject(with: Data(line))) != nil
        }
        _ = try log.repair()
        self.log = Mutex(log)
    }

    /// Appends a line and returns when it is on the disk.
    /// - Parameter json: an object without line feeds.
    /// - Throws: `store.invalid_message` when it is too long; else as ``init(path:)``.
    public func append(_ json: Data) throws(StoreError) {
        guard json.count < Self.maxLineBytes else {
            throw .invalid("the call's record has \(json.count) bytes.", hint: "Report this as a fault of TOM.")
        }
        try log.withLock { (log) throws(StoreError) in try log.append(Array(json) + [UInt8(ascii: "\n")]) }
    }

    /// The latest line of which `body` makes something.
    public func last<Found>(where body: (Data) -> Found?) throws(StoreError) -> Found? {
        var found: Found?
        try LineLog.readBackwards(
            path: path, directory: directory, maxLineBytes: Self.maxLineBytes, maxBytes: Self.maxSearchedBytes
        ) { line in
            found = body(Data(line))
            return found == nil
        }
        return found
    }
}

import Glibc

/// A small file that is replaced as a whole: whoever reads sees what was or what is, never part of either, and after a
/// crash too. Readable by its owner alone. Every method blocks on the disk.
public struct ReplacedFile: Sendable {
    /// Which file, in which state: another one after every change.
    public struct Stamp: Sendable, Equatable {
        private let device: UInt64
        private let inode: UInt64
        private let size: Int64
        private let modified: Int64
        private let changed: Int64

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
            changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
        }
    }

    public let path: String
    private var directory: String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// - Parameter path: the file need not exist; its directory has to when it is written.
    public init(path: String) { self.path = path }

    /// The file's state; `nil` when there is none.
    /// - Throws: `store.denied` or `store.io`.
    public func stamp() throws(StoreError) -> Stamp? {
        var status = stat()
        if stat(path, &status) == 0 { return Stamp(status) }
        guard errno == ENOENT || errno == ENOTDIR else {
            throw .system("stat a file", errno: errno, directory: directory)
        }
        return nil
    }

    /// The file's bytes, and the state they are of; `nil` when there is no file.
    /// - Throws: `store.denied`, or `store.io`, also for a file longer than `maxBytes`.
    public func read(maxBytes: Int) throws(StoreError) -> (bytes: [UInt8], stamp: Stamp)? {
        guard try stamp() != nil else { return nil }
        let file = try File(path, O_RDONLY, action: "read a file", directory: directory)
        let status = try file.status()
        guard status.st_size <= maxBytes else { throw .system("read a file", errno: EFBIG, directory: directory) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = try file.read(into: &bytes, at: 0)
        return (Array(bytes.prefix(count)), Stamp(status))
    }

    /// Replaces the file by what `change` makes of it, one process after the other, and returns when that is on the disk.
    /// - Parameter change: given `nil` when there is no file; returning `nil` leaves everything as it is.
    /// - Throws: `store.denied`, `store.disk_full` or `store.io`; the file is then as it was.
    public func update(maxBytes: Int, _ change: ([UInt8]?) -> [UInt8]?) throws(StoreError) {
        // The directory is what is locked: the file itself is another one after every change.
        let folder = try File(
            directory, O_RDONLY | O_DIRECTORY, action: "open the directory", directory: directory)
        try File.check("lock the directory", directory) { flock(folder.descriptor, LOCK_EX) }
        guard let bytes = change(try read(maxBytes: maxBytes)?.bytes) else { return }
        let draft = path + ".new"
        // What a crash left: nobody else writes it, for the lock is ours.
        unlink(draft)
        do throws(StoreError) {
            let file = try File(
                draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, action: "write a file", directory: directory)
            try file.write(bytes)
            try file.sync()
        } catch {
            unlink(draft)
            throw error
        }
        try File.check("replace a file", directory) { rename(draft, path) }
        try folder.sync()
    }
}

import Glibc

/// An open file descriptor that closes itself. Every call retries when a signal interrupts it, and throws what errno
/// says.
struct File: ~Copyable, Sendable {
    let descriptor: Int32
    /// For error messages.
    let directory: String

    /// - Parameter mode: permissions of a file that is created.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0o600, action: String, directory: String) throws(StoreError) {
        descriptor = try File.check(action, directory) { open(path, flags | O_CLOEXEC, mode) }
        self.directory = directory
    }

    deinit { close(descriptor) }

    func status() throws(StoreError) -> stat {
        var status = stat()
        try File.check("stat a file", directory) { fstat(descriptor, &status) }
        return status
    }

    func write(_ bytes: [UInt8]) throws(StoreError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("write", errno: errno, directory: directory)
            }
            written += count
        }
    }

    /// Fills `bytes` from `offset`, as far as the file goes; returns how many were read.
    func read(into bytes: inout [UInt8], at offset: Int) throws(StoreError) -> Int {
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress! + filled, buffer.count - filled, off_t(offset + filled))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("read", errno: errno, directory: directory)
            }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    func sync() throws(StoreError) {
        try File.check("sync a file", directory) { fsync(descriptor) }
    }

    func truncate(to length: Int) throws(StoreError) {
        try File.check("truncate a file", directory) { ftruncate(descriptor, off_t(length)) }
    }

    /// Whether no other process holds the lock; it is released when the file is closed.
    func lock() throws(StoreError) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            if errno == EWOULDBLOCK { return false }
            throw .system("lock a file", errno: errno, directory: directory)
        }
        return true
    }

    /// Makes the entries of a directory durable.
    static func syncDirectory(_ path: String, directory: String) throws(StoreError) {
        try File(path, O_RDONLY | O_DIRECTORY, action: "open the directory", directory: directory).sync()
    }

    @discardableResult
    static func check(_ action: String, _ directory: String, _ call: () -> Int32) throws(StoreError) -> Int32 {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw .system(action, errno: errno, directory: directory) }
        }
    }
}

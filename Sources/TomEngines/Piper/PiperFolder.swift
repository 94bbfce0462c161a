import Glibc

/// The folder through which one Piper process hands its sentences over; only this user can look into it.
///
/// Its owner holds a lock on it, which the kernel lets go of when the owner ends, however that happens: that is how another run
/// of TOM knows an abandoned one. (A process id in its name would not do: it is given anew, and containers have their own.)
struct PiperFolder: ~Copyable {
    let path: String
    private let lock: CInt

    private static let prefix = "tom-piper-"
    /// Another run may take a folder away before it is locked.
    private static let attempts = 5

    /// - Returns: `nil`, and `errno` says why, when no folder can be made in `parent`.
    static func make(in parent: String) -> PiperFolder? {
        for _ in 0..<attempts {
            var template = Array("\(parent)/\(prefix)XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { return nil }
            let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
            if let lock = locked(path) { return PiperFolder(path: path, lock: lock) }
            let reason = errno
            rmdir(path)
            errno = reason
        }
        return nil
    }

    /// Deletes the folder with the files in it.
    func remove() { Self.remove(path) }

    deinit { close(lock) }

    /// Deletes folders of this user in `parent` whose owner ended without doing so.
    static func removeAbandoned(in parent: String) {
        for name in names(in: parent) where name.hasPrefix(prefix) {
            let path = "\(parent)/\(name)"
            guard let lock = locked(path) else { continue }
            remove(path)
            close(lock)
        }
    }

    /// Locks a folder of this user's.
    /// - Returns: what holds the lock; `nil` when it is gone, somebody else's, or locked.
    private static func locked(_ path: String) -> CInt? {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return nil }
        var status = stat()
        // One that was taken away before it was locked has no links left.
        guard flock(folder, LOCK_EX | LOCK_NB) == 0, fstat(folder, &status) == 0, status.st_uid == geteuid(),
            status.st_nlink > 0
        else {
            close(folder)
            return nil
        }
        return folder
    }

    private static func remove(_ path: String) {
        for name in names(in: path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    private static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

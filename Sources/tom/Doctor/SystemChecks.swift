import Foundation

/// Checks of the machine: directories and limits.
enum SystemChecks {
    /// Descriptors beside the calls' sockets: listeners, files, engine processes' pipes, handshakes under way.
    static let spareDescriptors = 256

    static func dataDirectory(_ path: String) -> Finding { directory(path, check: "data", key: .dataDir) }

    /// Whether files can be made in `path`, or the directory itself where it is missing. Leaves nothing behind.
    static func directory(_ path: String, check: String, key: SettingKey) -> Finding {
        let manager = FileManager.default
        var isDirectory: ObjCBool = false
        guard manager.fileExists(atPath: path, isDirectory: &isDirectory) else {
            let parent = nearestDirectory(above: URL(fileURLWithPath: path))
            return manager.isWritableFile(atPath: parent)
                ? .ok(check, "\(path) will be made")
                : .failed(check, "\(path) is missing and cannot be made in \(parent)", fix: fix(key))
        }
        guard isDirectory.boolValue else {
            return .failed(check, "\(path) is a file, not a directory", fix: fix(key))
        }
        let probe = "\(path)/.tom-doctor-\(UUID().uuidString)"
        guard manager.createFile(atPath: probe, contents: Data([0])) else {
            return .failed(check, "no file can be written in \(path)", fix: fix(key))
        }
        try? manager.removeItem(atPath: probe)
        return .ok(check, "\(path) can be written")
    }

    /// Whether the file of ended calls can be made where it is to be.
    static func costLog(_ path: String) -> Finding {
        directory(URL(filePath: path).deletingLastPathComponent().path, check: "cost log", key: .costLog)
    }

    /// The process's soft limit of open files.
    static var descriptorLimit: Int {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return 0 }
        return Int(clamping: limits.rlim_cur)
    }

    /// Whether `limit` open files carry `maxCalls` calls.
    static func descriptors(maxCalls: Int, limit: Int) -> Finding {
        let needed = maxCalls + spareDescriptors
        guard limit < needed else {
            return .ok("files", "\(limit) open files are allowed, \(needed) are needed at MAX_CALLS")
        }
        return .failed(
            "files", "\(limit) open files are allowed, and MAX_CALLS=\(maxCalls) needs \(needed)",
            fix: "Run ulimit -n \(needed) before (systemd: LimitNOFILE=\(needed)), or lower MAX_CALLS.")
    }

    private static func nearestDirectory(above url: URL) -> String {
        var current = url.deletingLastPathComponent().standardizedFileURL
        while !FileManager.default.fileExists(atPath: current.path), current.path != "/" {
            current = current.deletingLastPathComponent()
        }
        return current.path
    }

    private static func fix(_ key: SettingKey) -> String {
        "Make the directory writable for this user, or set \(key.name) to another."
    }
}

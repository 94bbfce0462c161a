import Foundation

/// A directory with shell scripts that stand in for programs an engine runs.
public final class ProgramFolder: Sendable {
    public let path: String
    public init() throws {
        path = NSTemporaryDirectory() + "tom-programs-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes an executable script.
    /// - Returns: its path.
    public func program(_ script: String) throws -> String {
        let file = path + "/" + UUID().uuidString
        try Data(("#!/bin/sh\n" + script + "\n").utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        return file
    }
}

import Glibc
import TomAudio

/// The WAV files of a store. A file appears under its name only when it is whole and on the disk.
struct RecordingFiles: Sendable {
    /// The store's directory.
    let directory: String
    var path: String { directory + "/recordings" }
    private static let unfinished = ".part"

    func write(_ part: MessageDraft.RecordedPart, as file: String) throws(StoreError) {
        let target = "\(path)/\(file)"
        let temporary = target + Self.unfinished
        do throws(StoreError) {
            let output = try File(
                temporary, O_WRONLY | O_CREAT | O_TRUNC, action: "create a recording", directory: directory)
            try output.write(WAV.write(samples: part.samples, rate: part.rate))
            try output.sync()
            // `link` unlike `rename` refuses to replace the recording of another message.
            try File.check("create a recording", directory) { link(temporary, target) }
        } catch {
            unlink(temporary)
            throw error
        }
        unlink(temporary)
    }

    func remove(_ file: String) { unlink("\(path)/\(file)") }

    func path(of file: String) -> String? {
        guard file.hasSuffix(".wav"), MessageDraft.isName(String(file.dropLast(4)), limit: 128) else { return nil }
        return "\(path)/\(file)"
    }

    /// Removes what a crash left half written.
    func removeUnfinished() throws(StoreError) {
        guard let entries = opendir(path) else {
            throw .system("list recordings", errno: errno, directory: directory)
        }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(Self.unfinished) { unlink("\(path)/\(name)") }
        }
    }
}

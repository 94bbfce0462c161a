import Foundation
import TomEngines

/// The folder of an acoustic model, looked at before the library does: given a file that it does not know, that ends
/// the whole process instead of reporting an error.
enum AcousticModel {
    /// How the files begin. The definition is "BMDF" in either byte order, or text.
    private static let beginnings: [(file: String, allowed: [String])] = [
        ("mdef", ["BMDF", "FDMB", "0.3\n"]), ("means", ["s3\n"]), ("variances", ["s3\n"]),
        ("transition_matrices", ["s3\n"]),
    ]

    /// - Throws: `stt.model_missing`, `stt.model_unusable`.
    static func check(_ path: String) throws(EngineError) {
        for (file, allowed) in beginnings {
            let file = path + "/" + file
            guard let handle = FileHandle(forReadingAtPath: file) else { throw .modelMissing(path: file) }
            defer { try? handle.close() }
            let head = (try? handle.read(upToCount: 8)) ?? Data()
            guard allowed.contains(where: { head.starts(with: $0.utf8) }) else { throw .modelUnusable(path: path) }
        }
    }
}

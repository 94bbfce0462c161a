import CSherpaOnnx
import Foundation
import Glibc
import TomEngines

/// A model's file as it was at the start, in memory.
///
/// The library loads a voice activity model anew for every call, by its path, and ends the process over one that is no
/// good: the file that was tried may be replaced while calls go on, this copy may not.
final class ModelCopy: Sendable {
    /// What the library opens.
    var path: String { "/proc/self/fd/\(descriptor)" }
    private let descriptor: CInt

    /// These models have 2 MB.
    private static let maximumBytes = 256 << 20

    /// - Throws: `vad.model_missing`, `vad.model_unusable`.
    init(of path: String) throws(EngineError) {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw .modelMissing(.vad, path) }
        guard bytes.count <= Self.maximumBytes else {
            throw .modelUnusable(.vad, path, "it is larger than any voice activity model.")
        }
        descriptor = tom_sherpa_memory_file()
        guard descriptor >= 0 else { throw .modelUnusable(.vad, path, "there is no memory for it.") }
        guard Self.write(bytes, to: descriptor) else {
            throw .modelUnusable(.vad, path, "there is no memory for it.")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private static func write(_ bytes: Data, to descriptor: CInt) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }
}

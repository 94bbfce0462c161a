import Foundation
import Glibc

/// A file being written, which another run may go on with.
final class ModelPart {
    let path: String
    private let handle: FileHandle
    private(set) var size: Int

    /// - Parameter from: bytes that are kept; what lies beyond goes.
    init(_ path: String, from offset: Int) throws(ModelError) {
        // No link that somebody laid there is followed, and nobody else reads what is not yet known to be the model.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw ModelDirectory.system("write", path) }
        self.path = path
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        size = offset
        guard fchmod(descriptor, 0o600) == 0, ftruncate(descriptor, off_t(offset)) == 0,
            lseek(descriptor, 0, SEEK_END) >= 0
        else {
            throw ModelDirectory.system("write", path)
        }
    }

    func append(_ data: Data) throws(ModelError) {
        guard size + data.count <= ModelManifest.maxFileBytes else {
            throw .tooLarge
        }
        do {
            try handle.write(contentsOf: data)
        } catch {
            throw .file(error, "write", path)
        }
        size += data.count
    }

    func close() { try? handle.close() }
}

import Foundation
import Glibc
public import TomErrors

/// Why a model could not be listed, added or verified.
public struct ModelError: DescribedError, Equatable {
    /// `models.` and one of `bad_name`, `bad_manifest`, `bad_source`, `unknown`, `wrong_kind`, `archive`,
    /// `wrong_hash`, `wrong_size`, `incomplete`, `egress_forbidden`, `host_unknown`, `refused`, `unreachable`,
    /// `connection_lost`, `timeout`, `tls`, `redirect`, `too_large`, `disk_full`, `denied`, `io`, `locked`.
    public let code: String
    public let message: String
    public let hint: String?
    public let category: ErrorCategory

    init(_ word: String, _ message: String, hint: String? = nil, _ category: ErrorCategory = .invalidRequest) {
        code = "models.\(word)"
        self.message = message
        self.hint = hint
        self.category = category
    }

    static func badManifest(_ what: String) -> ModelError {
        ModelError("bad_manifest", "the manifest is not usable: \(what).", hint: "See docs/models.md for its shape.")
    }

    static let tooLarge = ModelError(
        "too_large", "the file is larger than \(ModelManifest.maxFileBytes) bytes.", hint: "Do not use this source.")

    /// - Parameter there: the models of that kind that there are.
    static func unknown(
        _ name: String, _ kind: ModelManifest.Kind, there: [String], in directory: String
    ) -> ModelError {
        let list = there.isEmpty ? "none" : there.prefix(20).joined(separator: ", ")
        return ModelError(
            "unknown", "there is no model \(name.prefix(100)) in \(directory).",
            hint: "Of kind \(kind.rawValue) there is: \(list). `tom models list` shows all, `tom models add` adds one.")
    }

    static func wrongKind(_ model: ModelManifest.Model, wanted: ModelManifest.Kind) -> ModelError {
        ModelError(
            "wrong_kind",
            "the model \(model.name) was added as one of kind \(model.kind.rawValue), not \(wanted.rawValue).",
            hint:
                "`tom models list` shows the kinds; add it again with --kind \(wanted.rawValue) if that is what it is.")
    }

    /// The error for a failed file operation.
    static func file(_ error: any Error, _ action: String, _ path: String) -> ModelError {
        if let error = error as? ModelError { return error }
        let cocoa = error as NSError
        let underlying = (cocoa.userInfo[NSUnderlyingErrorKey] as? NSError) ?? cocoa
        let code = underlying.domain == NSPOSIXErrorDomain ? Int32(underlying.code) : 0
        let reason = code == 0 ? cocoa.localizedDescription : String(cString: strerror(code))
        let isFull = [ENOSPC, EDQUOT, EFBIG].contains(code) || cocoa.code == NSFileWriteOutOfSpaceError
        if isFull {
            return ModelError(
                "disk_full", "cannot \(action) \(path): \(reason).",
                hint: "Free space and run the command again; what was fetched is kept.", .quota)
        }
        if [EACCES, EPERM, EROFS].contains(code)
            || [NSFileReadNoPermissionError, NSFileWriteNoPermissionError].contains(cocoa.code)
        {
            return ModelError(
                "denied", "cannot \(action) \(path): \(reason).", hint: "Give the user that runs tom access to it.",
                .authorization)
        }
        return ModelError("io", "cannot \(action) \(path): \(reason).", hint: "Check the disk and the path.", .server)
    }
}

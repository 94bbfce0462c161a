import Glibc
public import TomErrors

/// Why a message could not be kept or read.
public struct StoreError: DescribedError, Equatable {
    /// `store.disk_full`, `store.denied`, `store.locked`, `store.invalid_message` or `store.io`.
    public let code: String
    public let message: String
    public let hint: String?
    public let category: ErrorCategory

    init(code: String, message: String, hint: String?, category: ErrorCategory) {
        self.code = code
        self.message = message
        self.hint = hint
        self.category = category
    }

    /// The error for a failed system call.
    /// - Parameters:
    ///   - action: what was tried, such as `write`.
    ///   - directory: the store's directory; file names below it are not named, as they belong to callers.
    static func system(_ action: String, errno code: Int32, directory: String) -> StoreError {
        let reason = String(cString: strerror(code))
        switch code {
        case ENOSPC, EDQUOT, EFBIG:
            return StoreError(
                code: "store.disk_full", message: "cannot \(action) in \(directory): \(reason).",
                hint: "Free space there, or set another directory; nothing of this message was kept.", category: .quota)
        case EACCES, EPERM, EROFS:
            return StoreError(
                code: "store.denied", message: "cannot \(action) in \(directory): \(reason).",
                hint: "Give the user that runs tom write access to it.", category: .authorization)
        case EEXIST:
            return .invalid(
                "a message with this id has recordings already.", hint: "Give every message an id of its own.")
        default:
            return StoreError(
                code: "store.io", message: "cannot \(action) in \(directory): \(reason).",
                hint: "Check the disk and the path.", category: .server)
        }
    }

    static func invalid(_ message: String, hint: String) -> StoreError {
        StoreError(code: "store.invalid_message", message: message, hint: hint, category: .invalidRequest)
    }
}

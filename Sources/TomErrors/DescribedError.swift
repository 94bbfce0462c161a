/// An error that a person can act on: every module of TOM throws exactly one type, and each conforms to this.
///
/// `code` is stable and comes from a closed set, so that it can be a metric label and an API code. `message` says why, with
/// concrete values and without personal data; `hint` names one thing the reader can do.
public protocol DescribedError: Error, Sendable, CustomStringConvertible {
    /// Stable, dotted, lower-case identifier such as `stt.unauthorized`.
    var code: String { get }
    /// Why it failed, in one sentence.
    var message: String { get }
    /// One thing the reader can do about it; `nil` where there is nothing to do.
    var hint: String? { get }
    /// The coarse class of the failure.
    var category: ErrorCategory { get }
}

extension DescribedError {
    /// `code: message hint`, the one form in which errors reach a terminal or a log.
    public var description: String {
        if let hint { "\(code): \(message) \(hint)" } else { "\(code): \(message)" }
    }
}

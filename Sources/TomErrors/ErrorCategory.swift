/// What kind of failure an error is: the coarse class that metrics, retries and HTTP status codes are decided by.
public enum ErrorCategory: String, Sendable, CaseIterable {
    /// The caller could not prove who it is.
    case authentication
    /// The caller is known but may not do this.
    case authorization
    /// The request itself is wrong; repeating it unchanged cannot help.
    case invalidRequest
    /// Too much in too short a time; repeating it later helps.
    case rateLimit
    /// A limit that time alone does not lift (plan, disk, capacity).
    case quota
    /// The other side could not be reached or went away.
    case connectivity
    /// The other side did not answer in time.
    case timeout
    /// The other side, or TOM itself, failed.
    case server
    /// The work was called off by whoever asked for it.
    case cancelled
}

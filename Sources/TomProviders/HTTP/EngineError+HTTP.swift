import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
public import TomEngines
import TomErrors

/// What a provider's answer, or the lack of one, means. Neither the body of an answer nor a key is ever part of an error: bodies
/// echo what callers said.
extension EngineError {
    /// - Parameters:
    ///   - reason: the API's own short word for it, where it gave one.
    ///   - retryAfter: the header of that name.
    static func status(
        _ status: HTTPResponseStatus, stage: String, reason: String?, retryAfter: String?
    ) -> EngineError {
        let answered = "the provider answered \(status.code)" + (reason.map { " (\($0))" } ?? "")
        func error(_ code: String, _ hint: String?, _ category: ErrorCategory, _ more: String = "") -> EngineError {
            EngineError(code: "\(stage).\(code)", message: "\(answered)\(more).", hint: hint, category: category)
        }
        let prefix = stage.uppercased()
        switch status.code {
        case 401:
            return error("unauthorized", "Set \(prefix)_PROVIDER_KEY to a key that may use the model.", .authentication)
        case 403: return error("forbidden", "Check what the key may use.", .authorization)
        case 404: return error("not_found", "Check \(prefix)_PROVIDER_URL and the model's name.", .invalidRequest)
        case 408, 504: return error("timeout", "Check the provider's load.", .timeout)
        case 413: return error("too_large", nil, .invalidRequest)
        case 429:
            let wait = retryAfter.flatMap(Int.init).map { ", to be asked again in \($0) s" } ?? ""
            return error("rate_limited", "Raise the provider's limit, or add another engine.", .rateLimit, wait)
        case 500...: return error("provider_failed", "Look into the provider's log.", .server)
        default: return error("refused", "Check the model's name and the provider's version.", .invalidRequest)
        }
    }

    /// A request that got no answer, or only a part of one: `<stage>.cancelled`, `.timeout`, `.tls`, `.unreachable` or
    /// `.connection_lost`.
    public static func transport(_ error: any Error, stage: String) -> EngineError {
        switch error {
        case let error as EngineError: error
        case is CancellationError, HTTPClientError.cancelled as HTTPClientError:
            EngineError(code: "\(stage).cancelled", message: "the request was called off.", category: .cancelled)
        case let error as HTTPClientError where timeouts.contains(error):
            EngineError(
                code: "\(stage).timeout", message: "the provider did not answer in time.",
                hint: "Check that it runs and is not overloaded.", category: .timeout)
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            EngineError(
                code: "\(stage).tls", message: "the provider's certificate or TLS is not accepted.",
                hint: "Check that the URL's host is in the certificate and that its authority is known.",
                category: .connectivity)
        case is NIOConnectionError,
            is IOError where isRefusal(error):
            EngineError(
                code: "\(stage).unreachable", message: "the provider cannot be reached.",
                hint: "Check \(stage.uppercased())_PROVIDER_URL and that the provider runs.", category: .connectivity)
        default:
            EngineError(
                code: "\(stage).connection_lost", message: "the connection to the provider broke.",
                hint: "Look into the provider's log.", category: .connectivity)
        }
    }

    /// Whether nobody was there to connect to, rather than a connection lost.
    private static func isRefusal(_ error: any Error) -> Bool {
        guard let error = error as? IOError else { return true }
        return [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL].contains(error.errnoCode)
    }

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .tlsHandshakeTimeout,
        .getConnectionFromPoolTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout,
    ]

    /// What the provider sent is not what its API promises.
    /// - Parameter api: what the address should be of.
    static func malformed(
        _ what: String, stage: String, api: String = "an OpenAI-compatible API"
    ) -> EngineError {
        EngineError(
            code: "\(stage).malformed", message: "the provider's answer is malformed: \(what).",
            hint: "Check that \(stage.uppercased())_PROVIDER_URL names \(api).", category: .server)
    }
}

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
    ///   - names: what the hint says to look at; `nil` for the settings of an OpenAI-compatible engine.
    ///   - reason: the API's own short word for it, where it gave one.
    ///   - retryAfter: the header of that name.
    static func status(
        _ status: HTTPResponseStatus, stage: String, names: ProviderSettingNames? = nil, reason: String?,
        retryAfter: String?
    ) -> EngineError {
        let answered = "the provider answered \(status.code)" + (reason.map { " (\($0))" } ?? "")
        func error(_ code: String, _ hint: String, _ category: ErrorCategory, _ more: String = "") -> EngineError {
            EngineError(code: "\(stage).\(code)", message: "\(answered)\(more).", hint: hint, category: category)
        }
        let names = names ?? .openAI(stage)
        switch status.code {
        case 401:
            let hint = names.key.map { "Set \($0) to a key that may use the model." }
            return error("unauthorized", hint ?? "Let the provider take requests without a key.", .authentication)
        case 402: return error("quota", "Check the provider's account: its credit is used up.", .quota)
        case 403: return error("forbidden", "Check what the key may use.", .authorization)
        case 404: return error("not_found", "Check \(names.checked).", .invalidRequest)
        case 408, 504: return error("timeout", "Check the provider's load.", .timeout)
        case 413:
            return EngineError(
                code: "\(stage).too_large", message: "\(answered): the request is too large.",
                hint: "Raise the provider's limit for one request.", category: .invalidRequest, blamesRequest: true)
        case 429:
            let wait = retryAfter.flatMap(Int.init).map { ", to be asked again in \($0) s" } ?? ""
            return error("rate_limited", "Raise the provider's limit, or add another engine.", .rateLimit, wait)
        case 500...: return error("provider_failed", "Look into the provider's log.", .server)
        case 300..<400, 405, 410: return error("refused", "Check \(names.checked).", .invalidRequest)
        default:
            // It may be what the caller said, which a filter of the provider refuses.
            return EngineError(
                code: "\(stage).refused", message: "\(answered).",
                hint: "Check the model's name and the provider's version.", category: .invalidRequest,
                blamesRequest: [400, 422, 451].contains(status.code))
        }
    }

    /// A request that got no answer, or only a part of one: `<stage>.cancelled`, `.timeout`, `.tls`, `.unreachable` or
    /// `.connection_lost`.
    /// - Parameter names: what the hint says to look at; `nil` for the settings of an OpenAI-compatible engine.
    public static func transport(
        _ error: any Error, stage: String, names: ProviderSettingNames? = nil
    ) -> EngineError {
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
                hint: "Check \((names ?? .openAI(stage)).url) and that the provider runs.", category: .connectivity)
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
    /// - Parameter names: what the hint says to look at; `nil` for the settings of an OpenAI-compatible engine.
    static func malformed(
        _ what: String, stage: String, names: ProviderSettingNames? = nil
    ) -> EngineError {
        let names = names ?? .openAI(stage)
        return EngineError(
            code: "\(stage).malformed", message: "the provider's answer is malformed: \(what).",
            hint: "Check that \(names.url) names \(names.api).", category: .server)
    }
}

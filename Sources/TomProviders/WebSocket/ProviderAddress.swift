import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
public import TomEngines
import TomErrors

/// Where a provider's WebSocket is, how it is asked for, and whether it may be.
///
/// Made once for an engine: with `https`, making it reads the authorities that are trusted.
public struct ProviderAddress: Sendable {
    let stage: String
    let names: ProviderSettingNames
    let egress: EgressPolicy
    let connector: WebSocketConnector
    private let host: String
    private let path: String
    /// A query of the endpoint's own, sent with every request.
    private let query: String
    private let headers: HTTPHeaders

    /// The longest message taken from a provider: a second of 24 kHz audio in base64 is 64 KB.
    private static let maxMessageBytes = 4 << 20

    /// - Parameters:
    ///   - path: what follows the endpoint's base, beginning with a slash.
    ///   - authorization: the header field that proves who asks; `nil` for the endpoint's own.
    ///   - connectTimeout: from the TCP connect to the end of the handshake.
    /// - Throws: `<stage>.bad_url`, `<stage>.tls` when the trusted authorities cannot be read.
    init(
        _ endpoint: ProviderEndpoint, path: String, authorization: (name: String, value: String)?, stage: String,
        egress: EgressPolicy, connectTimeout: TimeAmount
    ) throws(EngineError) {
        guard let url = URLComponents(string: endpoint.base), let scheme = url.scheme?.lowercased() else {
            throw EngineError(
                code: "\(stage).bad_url", message: "The provider's URL cannot be read.",
                hint: "Write \(endpoint.names.url) as \(endpoint.names.example).", category: .invalidRequest)
        }
        self.stage = stage
        names = endpoint.names
        self.egress = egress
        host = endpoint.host
        let isSecure = scheme == "https"
        var context: NIOSSLContext?
        if isSecure {
            do { context = try NIOSSLContext(configuration: .makeClientConfiguration()) } catch {
                throw .transport(error, stage: stage, names: endpoint.names)
            }
        }
        connector = WebSocketConnector(
            host: host, port: url.port ?? (isSecure ? 443 : 80), tls: context, timeout: connectTimeout,
            maxMessageBytes: Self.maxMessageBytes)
        let bracketed = host.contains(":") ? "[\(host)]" : host
        var headers = HTTPHeaders([
            ("Host", url.port.map { "\(bracketed):\($0)" } ?? bracketed), ("User-Agent", "tom"),
        ])
        if let field = authorization ?? endpoint.authorization { headers.add(name: field.name, value: field.value) }
        self.headers = headers
        self.path = url.percentEncodedPath + path
        query = endpoint.query
    }

    /// The request for a WebSocket with these parameters, ahead of the endpoint's own.
    func head(_ parameters: [(name: String, value: String)]) -> HTTPRequestHead {
        var components = URLComponents()
        components.queryItems = parameters.map { URLQueryItem(name: $0.name, value: $0.value) }
        // A plus sign would be read as a blank.
        let encoded = (components.percentEncodedQuery ?? "").replacing("+", with: "%2B")
        let all = [encoded, query].filter { !$0.isEmpty }.joined(separator: "&")
        return HTTPRequestHead(
            version: .http1_1, method: .GET, uri: path + (all.isEmpty ? "" : "?" + all), headers: headers)
    }

    /// Checks whether the provider's address is one that may be asked.
    /// - Throws: `<stage>.egress_forbidden`, `<stage>.host_unknown`.
    public func checkEgress() async throws(EngineError) { try await egress.admit(host: host, stage: stage) }

    /// Begins to connect and gives the channel once it is a WebSocket, as ``WebSocketConnector`` does; nothing is sent to an
    /// address that may not be asked, whatever the name meant when it was checked.
    func open(
        _ parameters: [(name: String, value: String)], on loop: any EventLoop,
        created: @escaping @Sendable (any Channel) -> Void, upgraded: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        connector.open(head(parameters), on: loop, created: created, admit: { try admit($0) }, upgraded: upgraded)
    }

    /// - Parameter peer: whom a connection leads to.
    /// - Throws: `<stage>.egress_forbidden`; `<stage>.connection_lost` when it is gone already.
    func admit(_ peer: SocketAddress?) throws(EngineError) {
        guard let peer else { throw .transport(ChannelError.eof, stage: stage, names: names) }
        guard egress.allows(address: peer.ipAddress) else { throw egress.forbidden(host: host, stage: stage) }
    }

    /// What a handshake that did not come about means.
    func error(of failure: WebSocketFailure) -> EngineError {
        switch failure {
        case .refused(let status, let retryAfter, let body):
            .status(
                HTTPResponseStatus(statusCode: status), stage: stage, names: names,
                reason: ProviderClient.reason(in: Data(body)), retryAfter: retryAfter)
        case .closed: .transport(ChannelError.eof, stage: stage, names: names)
        case .timedOut: .halfOpen(stage)
        case .failed(let error as NIOHTTPClientUpgradeError):
            .malformed("it does not open a WebSocket (\(error))", stage: stage, names: names)
        case .failed(let error) where error is HTTPParserError:
            .malformed("it is no HTTP", stage: stage, names: names)
        case .failed(let error): .transport(error, stage: stage, names: names)
        }
    }
}

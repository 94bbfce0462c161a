import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import TomErrors
import TomProviders
import TomWire

/// Opens calls to one server.
struct CallConnector: Sendable {
    /// From the TCP connect to the end of the WebSocket handshake.
    static let timeout = TimeAmount.seconds(10)
    /// The longest message taken from a server; a second of 48 kHz audio in base64 is 128 KB.
    private static let mostMessage = 1 << 20

    let url: ServerURL
    let group: any EventLoopGroup
    private let tls: NIOSSLContext?

    /// - Parameter authorityFile: PEM file of the authority to trust instead of the system's.
    /// - Throws: ``ProbeError`` `probe.bad_authority` when the file is none.
    init(url: ServerURL, authorityFile: String?, group: any EventLoopGroup) throws(ProbeError) {
        self.url = url
        self.group = group
        guard url.isSecure else {
            tls = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let authorityFile { configuration.trustRoots = .file(authorityFile) }
        do {
            tls = try NIOSSLContext(configuration: configuration)
        } catch {
            throw ProbeError(
                code: "probe.bad_authority", message: "the authority file cannot be used: \(error).",
                hint: "Give --ca-file a PEM file with certificates.", category: .invalidRequest)
        }
    }

    /// Holds one call to its end.
    /// - Returns: its record; with a `failure` when it did not come about or ended early.
    func run(
        _ caller: Caller, callID: String, token: String?, payloads: FramePayloads, board: ProgressBoard
    ) async -> CallRecord {
        let loop = group.next()
        let promise = loop.makePromise(of: CallRecord.self)
        let begun = NIODeadline.now()
        let connector = WebSocketConnector(
            host: url.host, port: url.port, tls: tls, timeout: Self.timeout, maxMessageBytes: Self.mostMessage)
        do {
            let channel = try await connector.open(request(callID: callID, token: token), on: loop) { channel in
                try channel.pipeline.syncOperations.addHandler(
                    CallHandler(
                        caller: caller, payloads: payloads, connectedFrom: begun, promise: promise, board: board))
            }.get()
            let record = try await promise.futureResult.get()
            try? await channel.closeFuture.get()
            return record
        } catch {
            var record = CallRecord()
            record.failure = failure(error)
            promise.succeed(record)
            return record
        }
    }

    private func request(callID: String, token: String?) -> HTTPRequestHead {
        var headers = HTTPHeaders([
            ("Host", url.authority), ("Sec-WebSocket-Protocol", TomProtocol.name), ("User-Agent", "tom-probe"),
        ])
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: url.path(callID: callID), headers: headers)
    }

    private func failure(_ error: any Error) -> ProbeError {
        switch error {
        case WebSocketFailure.refused(let status, let retryAfter, let body):
            Refusal(status: status, retryAfter: retryAfter, body: body).error
        case WebSocketFailure.closed: .unreachable(url, reason: "it was closed during the handshake")
        case WebSocketFailure.timedOut:
            .unreachable(url, reason: "the handshake took longer than \(Self.timeout.nanoseconds / 1_000_000_000) s")
        case WebSocketFailure.failed(let error): .unreachable(url, reason: Self.reason(error))
        default: .unreachable(url, reason: Self.reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "the name “\(error.host)” cannot be resolved"
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case is ChannelError: "the connection timed out"
        default: "\(error)"
        }
    }
}

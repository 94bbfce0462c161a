import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import TomSession

/// The paths of OpenAI's Realtime API.
struct RealtimeRoutes: Sendable {
    /// What runs on the socket of an admitted client.
    typealias OpenRealtime = @Sendable (RealtimeAdmission, LiveCall) -> any WebSocketEndpoint

    /// A session that may begin: its slot is taken, its handshake not answered yet.
    struct Prepared: Sendable {
        var admission: RealtimeAdmission
        var live: LiveCall
        var handshake: WebSocketHandshake
    }

    let configuration: ServerConfiguration
    let access: AccessPolicy
    let registry: CallRegistry
    let factory: any CallSessionFactory
    let metrics: ServerMetrics
    /// `nil`: sessions are not served.
    var openRealtime: OpenRealtime?

    /// Names of the transport in metrics, records and `GET /v1/calls`.
    static let transport = "realtime"

    func add(to router: Router<ServerRequestContext>) {
        let gate = APIGate(access: access, metrics: metrics)
        RealtimeSecrets(gate: gate, defaultAgent: factory.agentIDs.first ?? "tom").add(to: router)
        if let openRealtime {
            router.get("v1/realtime") { request, context in
                let prepared = try await prepareRealtime(request, context)
                return try await context.upgrade(
                    prepared.handshake, subprotocol: prepared.admission.subprotocol, limits: limits
                ) { openRealtime(prepared.admission, prepared.live) }
            }
        }
    }

    /// The bounds of a session's socket: those of calls, but for a message, which may hold 15 MiB of audio in base64.
    private var limits: WebSocketLimits {
        var limits = configuration.webSocket
        limits.maxMessageBytes = configuration.realtimeMaxMessageBytes
        // An item with its audio is one message, and takes its time over a slow line.
        limits.maxOutboundBytes = max(limits.maxOutboundBytes, configuration.realtimeMaxMessageBytes + 1_048_576)
        limits.writeStallTimeout = max(limits.writeStallTimeout, .seconds(60))
        return limits
    }

    /// Everything that can refuse a session comes before the 101, as for calls; whatever becomes of the connection, its end
    /// gives the slot back.
    func prepareRealtime(_ request: Request, _ context: ServerRequestContext) async throws(ServerError) -> Prepared {
        do throws(ServerError) {
            return try await prepare(request, context)
        } catch {
            metrics.refused(error)
            throw error
        }
    }

    private func prepare(_ request: Request, _ context: ServerRequestContext) async throws(ServerError) -> Prepared {
        let seen = context.access(request)
        try access.admitAddress(seen.peer)
        try access.countConnection(seen.peer, now: Clocks.monotonicSeconds())
        if registry.isDraining { throw .draining(retryAfterSeconds: 5) }
        let admission = try await access.admitAPI(seen, .realtime, now: Clocks.unixSeconds())
        let query = Dictionary(request.uri.queryParameters.map { (String($0.key), String($0.value)) }) { first, _ in
            first
        }
        if query["call_id"] != nil { throw .noSuchRealtimeCall }
        let live = try registry.claim("rt-" + UUID().uuidString.lowercased(), transport: Self.transport, at: Date())
        context.channel.closeFuture.whenComplete { _ in live.release() }
        do throws(ServerError) {
            // judged last, as for calls
            let handshake = try WebSocketHandshake(request.head)
            return Prepared(
                admission: RealtimeAdmission(
                    request.headers, offered: handshake.offered, query: query, agents: factory.agentIDs, admission,
                    endsAtExpiry: configuration.authentication.endCallsAtExpiry),
                live: live, handshake: handshake)
        } catch {
            live.release()
            throw error
        }
    }
}

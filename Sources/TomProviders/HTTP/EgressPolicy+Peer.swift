public import AsyncHTTPClient
import NIOCore

/// The peer of a connection is none that may be asked; the request was not sent.
struct ForbiddenPeer: Error {}

extension HTTPClient.Configuration {
    /// Has every new connection closed, with no request sent on it, whose peer `egress` does not allow: a name may have been
    /// given another address since it was checked.
    public mutating func checkPeers(_ egress: EgressPolicy) {
        guard !egress.allowsPublic else { return }
        checkPeers { egress.allows(address: $0.ipAddress) }
    }

    mutating func checkPeers(_ allows: @escaping @Sendable (SocketAddress) -> Bool) {
        let check: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
            // One that is gone already has no address to be judged.
            guard let peer = channel.remoteAddress else { return channel.eventLoop.makeFailedFuture(ChannelError.eof) }
            if allows(peer) { return channel.eventLoop.makeSucceededVoidFuture() }
            // Closed once the client has given it up: it does not do so itself, and takes no connection for closed
            // that it still waits for.
            channel.eventLoop.execute { channel.close(promise: nil) }
            return channel.eventLoop.makeFailedFuture(ForbiddenPeer())
        }
        http1_1ConnectionDebugInitializer = check
        http2ConnectionDebugInitializer = check
    }
}

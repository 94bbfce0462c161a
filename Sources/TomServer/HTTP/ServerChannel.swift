import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// The pipeline of one connection: HTTP/1.1 for Hummingbird, with the point at which it may become a WebSocket.
struct ServerChannel: ServerChildChannel, HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let limits: ServerConfiguration.HTTPLimits
    let isTLS: Bool
    let unfinished: UnfinishedConnections
    let onTimeout: @Sendable () -> Void

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            // 20 ms frames are small: Nagle's algorithm would hold them back for the peer's delayed acknowledgement
            try? channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
            var decoding = NIOHTTPDecoderLimitConfiguration()
            decoding.maxHeaderFieldSize = limits.maxHeaderBytes
            decoding.maxHeaderListSize = limits.maxHeaderBytes
            decoding.maxHeaderFieldCount = 128
            let encoder = HTTPResponseEncoder()
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: decoding))
            let upgrade = UpgradePoint(encoder: encoder, decoder: decoder, isTLS: isTLS)
            let guardian = ConnectionGuard(limits: limits, unfinished: unfinished, onTimeout: onTimeout)
            try channel.pipeline.syncOperations.addHandlers([encoder, decoder, upgrade, guardian])
            try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: isTLS))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async { await handleHTTP(asyncChannel: value, logger: logger) }
}

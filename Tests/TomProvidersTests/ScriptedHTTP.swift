import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A server that answers every request with the bytes of a script, for faults that a real one will not produce on demand.
final class ScriptedHTTP: Sendable {
    /// What is done once a whole request has come.
    enum Step: Sendable {
        case send([UInt8])
        /// Nothing more is sent and the connection stays open.
        case hang
        case close
        /// The connection is broken by a reset.
        case reset

        static func text(_ text: String) -> Step { .send(Array(text.utf8)) }

        func perform(on context: ChannelHandlerContext) {
            switch self {
            case .send(let bytes): context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
            case .hang: break
            case .close: context.close(promise: nil)
            case .reset:
                // Lingering for no time makes the kernel send RST instead of FIN.
                let channel = context.channel
                _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                context.close(promise: nil)
            }
        }
    }

    private final class Record: Sendable {
        let requests = Mutex<[String]>([])
        let others = Mutex<[String]>([])
        let closed = Mutex(0)
    }

    let port: Int
    private let channel: any Channel
    private let record: Record

    /// Head and body of every request so far, as text.
    var requests: [String] { record.requests.withLock { $0 } }
    /// Requests of other methods than `POST`, where only that is scripted.
    var otherRequests: [String] { record.others.withLock { $0 } }
    /// Connections that the other side has ended.
    var closedConnections: Int { record.closed.withLock { $0 } }

    private init(channel: any Channel, record: Record) {
        self.channel = channel
        self.record = record
        port = channel.localAddress?.port ?? 0
    }

    /// Serves `steps` to every request while `body` runs.
    static func serving<Result>(
        _ steps: [Step], _ body: (ScriptedHTTP) async throws -> Result
    ) async throws -> Result {
        try await serving(inTurn: [steps], body)
    }

    /// Serves the first script to the first request and so on, and the last one to all that follow.
    /// - Parameter postsOnly: whether every other method is answered with 405 beside the scripts.
    static func serving<Result>(
        inTurn scripts: [[Step]], postsOnly: Bool = false, _ body: (ScriptedHTTP) async throws -> Result
    ) async throws -> Result {
        let record = Record()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Answerer(scripts: scripts, postsOnly: postsOnly, record: record))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedHTTP(channel: channel, record: record)
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    static func head(_ status: String, _ fields: [String] = [], type: String = "application/json") -> Step {
        .text(
            (["HTTP/1.1 \(status)", "Content-Type: \(type)", "Connection: close"] + fields).joined(separator: "\r\n")
                + "\r\n\r\n")
    }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let scripts: [[Step]]
        let postsOnly: Bool
        let record: Record
        var received = ""

        init(scripts: [[Step]], postsOnly: Bool, record: Record) {
            self.scripts = scripts
            self.postsOnly = postsOnly
            self.record = record
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = Self.unwrapInboundIn(data)
            received += String(decoding: buffer.readableBytesView, as: Unicode.ISO8859.self)
            guard let end = received.range(of: "\r\n\r\n") else { return }
            let length = received[..<end.lowerBound].lowercased().split(separator: "\r\n")
                .first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
            guard received[end.upperBound...].unicodeScalars.count >= length ?? 0 else { return }
            if postsOnly, !received.hasPrefix("POST ") {
                record.others.withLock { $0.append(received) }
                received = ""
                return [ScriptedHTTP.head("405 Method Not Allowed"), .close].forEach { $0.perform(on: context) }
            }
            let number = record.requests.withLock { requests in
                requests.append(received)
                return requests.count
            }
            received = ""
            for step in scripts[min(number, scripts.count) - 1] { step.perform(on: context) }
        }

        func channelInactive(context: ChannelHandlerContext) { record.closed.withLock { $0 += 1 } }
    }
}

extension Unicode {
    /// Bytes as the scalars of the same numbers.
    enum ISO8859 {}
}

extension String {
    init(decoding bytes: some Sequence<UInt8>, as encoding: Unicode.ISO8859.Type) {
        self.init(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}

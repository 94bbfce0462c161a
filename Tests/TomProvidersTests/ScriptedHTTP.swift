import Foundation
import NIOCore
import Synchronization

/// A server that answers every request with the bytes of a script, for faults that a real one will not produce on demand.
final class ScriptedHTTP: Sendable {
    /// What is done once a whole request has come.
    enum Step: ScriptStep {
        case send([UInt8])
        /// Nothing more is sent and the connection stays open.
        case hang
        case close
        /// The connection is broken by a reset.
        case reset
        /// The next step comes later.
        case pause(TimeAmount)
        /// The next step comes when the client has passed on a part of the answer.
        case hold(Gate)

        static func text(_ text: String) -> Step { .send(Array(text.utf8)) }

        var wait: ScriptWait? {
            switch self {
            case .pause(let time): .time(time)
            case .hold(let gate): .gate(gate)
            case .send, .hang, .close, .reset: nil
            }
        }

        func perform(on context: ChannelHandlerContext) {
            switch self {
            case .send(let bytes): context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
            case .hang, .pause, .hold: break
            case .close: context.close(promise: nil)
            case .reset: context.reset()
            }
        }
    }

    private final class Record: Sendable {
        let requests = Mutex<[String]>([])
        let others = Mutex<[String]>([])
    }

    let port: Int
    let connections: ScriptedServer.Connections
    private let record: Record

    /// Head and body of every request so far, as text.
    var requests: [String] { record.requests.withLock { $0 } }
    /// Requests of other methods than `POST`, where only that is scripted.
    var otherRequests: [String] { record.others.withLock { $0 } }

    private init(port: Int, connections: ScriptedServer.Connections, record: Record) {
        self.port = port
        self.connections = connections
        self.record = record
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
        let (record, connections) = (Record(), ScriptedServer.Connections())
        return try await ScriptedServer.serving(
            connections,
            pipeline: { channel in
                try channel.pipeline.syncOperations.addHandler(
                    Answerer(scripts: scripts, postsOnly: postsOnly, record: record))
            }
        ) { port in try await body(ScriptedHTTP(port: port, connections: connections, record: record)) }
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
                return context.play([ScriptedHTTP.head("405 Method Not Allowed"), .close])
            }
            let number = record.requests.withLock { requests in
                requests.append(received)
                return requests.count
            }
            received = ""
            context.play(scripts[min(number, scripts.count) - 1][...])
        }
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

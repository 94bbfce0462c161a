import Foundation
import NIOCore
import NIOSSL
import Synchronization

/// A server that waits for what a client says and answers by a script, for faults that a real one will not produce on
/// demand.
final class ScriptedTCP: Sendable {
    typealias Step = ScriptedHTTP.Step

    /// What is done once the client has said `text`, behind what the cue before it waited for.
    struct Cue: Sendable {
        var text: String
        var steps: [Step]

        static func at(_ text: String, _ steps: Step...) -> Cue { Cue(text: text, steps: steps) }
    }

    private final class Record: Sendable {
        let received = Mutex<[UInt8]>([])
        let cues = Mutex(0)
    }

    let port: Int
    let connections: ScriptedServer.Connections
    private let record: Record

    /// All that clients have said, each byte a character.
    var received: String { String(decoding: record.received.withLock { $0 }, as: Unicode.ISO8859.self) }
    var receivedBytes: Int { record.received.withLock { $0.count } }
    /// Cues that have been played.
    var playedCues: Int { record.cues.withLock { $0 } }

    private init(port: Int, connections: ScriptedServer.Connections, record: Record) {
        self.port = port
        self.connections = connections
        self.record = record
    }

    /// Plays `cues` to every connection while `body` runs.
    static func serving<Result>(
        _ cues: [Cue], tls: NIOSSLContext? = nil, _ body: (ScriptedTCP) async throws -> Result
    ) async throws -> Result {
        let (record, connections) = (Record(), ScriptedServer.Connections())
        return try await ScriptedServer.serving(
            connections, tls: tls,
            pipeline: { try $0.pipeline.syncOperations.addHandler(Player(cues: cues[...], record: record)) }
        ) { port in try await body(ScriptedTCP(port: port, connections: connections, record: record)) }
    }

    private final class Player: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private var cues: ArraySlice<Cue>
        private let record: Record
        /// What was said behind the latest cue, as far as the next one may be in it.
        private var unheard = Data()

        init(cues: ArraySlice<Cue>, record: Record) {
            self.cues = cues
            self.record = record
        }

        func channelActive(context: ChannelHandlerContext) { play(context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Self.unwrapInboundIn(data).readableBytesView
            record.received.withLock { $0 += bytes }
            unheard += bytes
            play(context)
        }

        private func play(_ context: ChannelHandlerContext) {
            while let cue = cues.first {
                if !cue.text.isEmpty {
                    guard let range = unheard.range(of: Data(cue.text.utf8)) else {
                        unheard = Data(unheard.suffix(cue.text.utf8.count))
                        return
                    }
                    unheard = Data(unheard[range.upperBound...])
                }
                cues.removeFirst()
                context.play(cue.steps[...])
                record.cues.withLock { $0 += 1 }
            }
        }
    }
}

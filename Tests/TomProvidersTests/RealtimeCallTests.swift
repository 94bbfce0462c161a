import Dispatch
import NIOCore
import Synchronization
import Testing
import TomConversation
import TomEngines

@testable import TomProviders

/// The shell around the dialogue with a Realtime API: what it does on which thread.
@Suite("Realtime calls", .timeLimit(.minutes(1)))
struct RealtimeCallTests {
    /// The call, for a closure that is made before it.
    private final class Box: Sendable {
        let call = Mutex<RealtimeCall?>(nil)
        let outcome = Mutex<DispatchTimeoutResult?>(nil)

        /// Blocks for the moment until the call is put here.
        func made() -> RealtimeCall {
            while true { if let call = call.withLock({ $0 }) { return call } }
        }
    }

    private static let session = RealtimeClientEvent.Session(
        instructions: "", voice: "marin", transcriptionModel: "whisper-1", language: "en", tools: [])

    @Test func aFrameDoesNotWaitUntilAMessageIsRead() async throws {
        let box = Box()
        try await ScriptedWebSocket.serving({ incoming in
            if case .text(let text) = incoming, text.contains("session.update") {
                [.text(#"{"type":"response.created"}"#)]
            } else {
                []
            }
        }) { server in
            let address = try ProviderAddress(
                ProviderEndpoint(url: "http://127.0.0.1:\(server.port)/v1", key: nil, stage: "llm"), path: "/realtime",
                authorization: nil, stage: "llm", egress: EgressPolicy(allowsPublic: false),
                connectTimeout: .seconds(20))
            let call = RealtimeCall(
                RealtimeDialogue(session: Self.session, goodbye: ""), address: address, parameters: [], limits: .init()
            ) { data in
                // While the message is read, a frame comes on another thread.
                let heard = DispatchSemaphore(value: 0)
                DispatchQueue.global().async {
                    box.made().hear([Int16](repeating: 1, count: 320).span, of: TurnID(1))
                    heard.signal()
                }
                let outcome = heard.wait(timeout: .now() + 20)
                box.outcome.withLock { $0 = outcome }
                return RealtimeServerEvent(data)
            }
            box.call.withLock { $0 = call }
            while box.outcome.withLock({ $0 }) == nil { await Task.yield() }
            call.close()
            box.call.withLock { $0 = nil }
        }
        #expect(box.outcome.withLock { $0 } == .success)
    }
}

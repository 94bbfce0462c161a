import Synchronization
import Testing
import TomConversation
import TomEngines
import TomErrors
import TomTestKit

/// What an order keeps: nothing of a turn that is over, and one judgement of an engine for all who ask it.
@Suite("Failover upkeep")
struct FailoverUpkeepTests {
    /// Holds its report as engines do, and the audio it was given.
    private final class Listening: Transcription {
        let report: @Sendable (TranscriptionEvent) -> Void
        init(_ report: @escaping @Sendable (TranscriptionEvent) -> Void) { self.report = report }
        func append(_ samples: Span<Int16>) {}
        func finish() { report(.final(Transcript(text: "hello"))) }
        func cancel() {}
    }

    private final class Listener: Transcriber {
        let name = "listener"
        let capabilities = TranscriberCapabilities(languages: [])
        /// The transcription begun last, as long as anything holds it.
        let latest = Mutex(WeakListening())
        func transcribe(
            _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
        ) -> any Transcription {
            let listening = Listening(deliver)
            latest.withLock { $0.value = listening }
            return listening
        }
        var isHeld: Bool { latest.withLock { $0.value != nil } }
    }

    private struct WeakListening { weak var value: Listening? }

    private let request = TranscriptionRequest(turn: TurnID(1), language: "en", expectation: .open)

    @Test(arguments: ["finish", "cancel"]) func aTurnThatIsOverIsHeldByNobody(_ end: String) {
        let listener = Listener()
        let order = FailoverTranscriber(
            [listener, ScriptedTranscriber()], policy: FailoverPolicy(), now: { .start }, onOpened: { _, _ in })
        let turn = order.transcribe(request) { _ in }
        turn.append([1, 2, 3].span)
        #expect(listener.isHeld)
        if end == "finish" { turn.finish() } else { turn.cancel() }
        #expect(!listener.isHeld)
    }

    private func refusal(_ code: String, blamesRequest: Bool = false) -> EngineError {
        EngineError(
            code: "llm.\(code)", message: "it did not", category: .invalidRequest, blamesRequest: blamesRequest)
    }

    private func asks(of error: EngineError, times: Int) -> Int {
        let first = ScriptedLanguageModel { $0.deliver(.failed(error)) }
        let order = FailoverLanguageModel(
            [first, ScriptedLanguageModel.saying("Fine.")], policy: FailoverPolicy(), now: { .start },
            onOpened: { _, _ in })
        for _ in 0..<times { _ = order.respond(to: answer) { _ in } }
        return first.started.count
    }

    private let answer = ResponseRequest(response: ResponseID(1), turn: TurnID(1), language: "en", history: [])

    @Test func noCallerTakesAnEngineFromTheOthersByWhatItSays() {
        #expect(asks(of: refusal("refused", blamesRequest: true), times: 5) == 5)
        #expect(asks(of: refusal("not_found"), times: 5) == 3)
    }

    @Test func ordersWithOneBreakerLeaveAnEngineAloneTogether() {
        let shared = SharedCircuitBreaker(policy: FailoverPolicy().breaker)
        let failure = EngineError(code: "llm.provider_failed", message: "it failed", category: .server)
        let first = ScriptedLanguageModel { $0.deliver(.failed(failure)) }
        let orders = (0..<3).map { _ in
            FailoverLanguageModel(
                [first, ScriptedLanguageModel.saying("Fine.")], policy: FailoverPolicy(), now: { .start },
                onOpened: { _, _ in }, breaker: { _ in shared })
        }
        for order in orders { for _ in 0..<3 { _ = order.respond(to: answer) { _ in } } }
        #expect(first.started.count == 3)
    }
}

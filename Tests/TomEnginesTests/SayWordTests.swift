import Synchronization
import Testing
import TomAudio
import TomEngines
import TomErrors

/// The word that an engine says for `tom doctor`.
@Suite("A word for the doctor", .timeLimit(.minutes(1)))
struct SayWordTests {
    /// Speaks without an end, a piece whenever the last one was taken.
    private struct Endless: SpeechSynthesizer {
        final class Speaking: EngineTask {
            let isCancelled = Atomic(false)
            func cancel() { isCancelled.store(true, ordering: .relaxed) }
        }

        let name = "endless"
        let speaking = Speaking()

        func synthesize(
            _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
        ) -> any EngineTask {
            let speaking = speaking
            Task {
                while !speaking.isCancelled.load(ordering: .relaxed) {
                    deliver(.audio([1], rate: .hz16000))
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            return speaking
        }
    }

    @Test func anEngineThatSpeaksWithoutAnEndIsCalledOff() async throws {
        let engine = Endless()
        let error = await #expect(throws: EngineError.self) {
            try await engine.sayWord(language: "en", limit: .milliseconds(20))
        }
        #expect(error?.code == "tts.timeout" && error?.category == .timeout)
        let isCancelled = engine.speaking.isCancelled.load(ordering: .relaxed)
        #expect(isCancelled)
    }
}

import Synchronization
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomTestKit

@Suite struct MockEngineTests {
    private let request = ResponseRequest(response: ResponseID(1), turn: TurnID(1), language: "en", history: [])
    private let transcription = TranscriptionRequest(turn: TurnID(1), language: "en", expectation: .open)
    private let sentence = SynthesisRequest(
        segment: SegmentID(response: ResponseID(1), index: 0), text: "Hallo, ich bin TOM.", language: "de", voice: nil)

    /// What an engine delivered so far, and a way to wait for its end.
    private final class Log<Event: Sendable>: Sendable {
        let events = Mutex<[Event]>([])
        let stream: AsyncStream<Event>
        private let continuation: AsyncStream<Event>.Continuation
        init() { (stream, continuation) = AsyncStream.makeStream() }
        func deliver(_ event: Event) {
            events.withLock { $0.append(event) }
            continuation.yield(event)
        }
        var all: [Event] { events.withLock { $0 } }
        func next() async -> Event? {
            for await event in stream { return event }
            return nil
        }
    }

    @Test func withoutDelayEverythingHappensInsideTheCall() {
        let clock = StepClock()
        let model = Log<ResponseEvent>()
        _ = MockLanguageModel(delay: .zero, clock: clock).respond(to: request, deliver: model.deliver)
        #expect(model.all == [.text("Hallo,"), .text(" ich"), .text(" bin"), .text(" TOM."), .finished])

        let transcriber = Log<TranscriptionEvent>()
        let running = MockTranscriber(delay: .zero, clock: clock).transcribe(
            transcription, deliver: transcriber.deliver)
        running.append([Int16](repeating: 0, count: 320).span)
        #expect(transcriber.all.isEmpty)
        running.finish()
        #expect(transcriber.all == [.final(Transcript(text: "Test erkannt"))])
        running.finish()
        #expect(transcriber.all.count == 1, "one final, however often the audio ends")

        let synthesizer = MockSynthesizer(delay: .zero, clock: clock)
        let speech = Log<SynthesisEvent>()
        _ = synthesizer.synthesize(sentence, deliver: speech.deliver)
        #expect(speech.all == [.audio(synthesizer.tone, rate: .hz16000), .finished])
    }

    @Test func answersComeExactlyAfterTheDelay() async {
        let clock = StepClock()
        let log = Log<ResponseEvent>()
        _ = MockLanguageModel(delay: .milliseconds(50), clock: clock).respond(to: request, deliver: log.deliver)
        await clock.waitForSleepers(1)
        clock.advance(by: .milliseconds(49))
        #expect(clock.sleeperCount == 1)
        #expect(log.all.isEmpty)
        clock.advance(by: .milliseconds(1))
        while let event = await log.next(), event != .finished {}
        #expect(log.all == [.text("Hallo,"), .text(" ich"), .text(" bin"), .text(" TOM."), .finished])
    }

    @Test func theTranscribersDelayBeginsWithTheEndOfTheAudio() async {
        let clock = StepClock()
        let log = Log<TranscriptionEvent>()
        let running = MockTranscriber(delay: .milliseconds(50), clock: clock)
            .transcribe(transcription, deliver: log.deliver)
        clock.advance(by: .seconds(3))
        running.finish()
        await clock.waitForSleepers(1)
        #expect(log.all.isEmpty)
        clock.advance(by: .milliseconds(50))
        #expect(await log.next() == .final(Transcript(text: "Test erkannt")))
    }

    @Test func cancellingStopsTheAnswerAtOnce() async {
        let clock = StepClock()
        let log = Log<SynthesisEvent>()
        let task = MockSynthesizer(delay: .milliseconds(50), clock: clock).synthesize(sentence, deliver: log.deliver)
        await clock.waitForSleepers(1)
        task.cancel()
        task.cancel()
        await clock.waitForSleepers(0)
        clock.advance(by: .seconds(1))
        #expect(log.all.isEmpty)
    }

    @Test func aTranscriptionCancelledBeforeItsEndNeverAnswers() {
        let log = Log<TranscriptionEvent>()
        let running = MockTranscriber(delay: .zero, clock: StepClock()).transcribe(transcription, deliver: log.deliver)
        running.cancel()
        running.finish()
        #expect(log.all.isEmpty)
    }

    @Test(arguments: [1, 20, 1_500, 3_000]) func theToneIsAudibleAndFaded(durationMs: Int) {
        let tone = MockSynthesizer(durationMs: durationMs).tone
        #expect(tone.count == durationMs * 16)
        #expect(tone == MockSynthesizer(durationMs: durationMs).tone)
        #expect(tone.first == 0 && tone.last == 0)
        if durationMs >= 1_500 {
            #expect(tone.map { abs(Int($0)) }.max()! > 8_000)
            let middle = tone[1_600..<17_600]
            let rises = zip(middle, middle.dropFirst()).count { $0 < 0 && $1 >= 0 }
            #expect((439...441).contains(rises), "440 Hz, heard for one second")
            let steepest = zip(tone, tone.dropFirst()).map { abs(Int($0) - Int($1)) }.max()!
            #expect(steepest < 1_500, "no click")
        }
    }

    @Test func theToneIsAsLongAsTheSpeedMakesIt() {
        for (speed, count) in [(2.0, 1_600), (0.5, 6_400), (1, 3_200)] {
            let request = SynthesisRequest(
                segment: SegmentID(response: ResponseID(1), index: 0), text: "Hi.", language: "en", voice: nil,
                preferredVoice: "marin", speed: speed)
            let log = Log<SynthesisEvent>()
            _ = MockSynthesizer(durationMs: 200, delay: .zero).synthesize(request, deliver: log.deliver)
            guard case .audio(let tone, .hz16000)? = log.all.first else { return #expect(Bool(false), "a tone") }
            #expect(tone.count == count && log.all.last == .finished)
        }
    }

    @Test func theMockSparesTheAudio() {
        #expect(!MockTranscriber().capabilities.readsAudio)
        #expect(
            [MockTranscriber().name, MockLanguageModel().name, MockSynthesizer().name] == ["mock", "mock", "mock"])
    }
}

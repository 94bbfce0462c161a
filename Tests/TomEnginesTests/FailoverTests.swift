import Foundation
import Synchronization
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomTestKit

/// Orders of engines of which some fail, early, late, from other threads, or never answer.
@Suite("Failover", .timeLimit(.minutes(1)))
struct FailoverTests {
    private static let failure = EngineError(code: "x.failed", message: "it failed", category: .server)
    private let request = ResponseRequest(response: ResponseID(1), turn: TurnID(1), language: "en", history: [])
    private let sentence = SynthesisRequest(
        segment: SegmentID(response: ResponseID(1), index: 0), text: "Hello.", language: "en", voice: nil)

    /// Events in the order they came, and a way to wait for one.
    private final class Log<Event: Sendable>: Sendable {
        private let events = Mutex<[Event]>([])
        private let stream: AsyncStream<Event>
        private let feed: AsyncStream<Event>.Continuation
        init() { (stream, feed) = AsyncStream.makeStream() }
        func add(_ event: Event) {
            events.withLock { $0.append(event) }
            feed.yield(event)
        }
        var all: [Event] { events.withLock { $0 } }
        func first(where condition: @Sendable (Event) -> Bool) async {
            for await event in stream where condition(event) { return }
        }
    }

    private func policy(patience: Duration = .seconds(30)) -> FailoverPolicy {
        var policy = FailoverPolicy()
        policy.patience = patience
        return policy
    }

    private func models(_ engines: [any LanguageModel], patience: Duration = .seconds(30)) -> FailoverLanguageModel {
        FailoverLanguageModel(engines, policy: policy(patience: patience), now: { .start }, onOpened: { _, _ in })
    }

    private let failing = ScriptedLanguageModel { $0.deliver(.failed(Self.failure), .text("late"), .finished) }

    private var replaced: ResponseEvent {
        .failedOver(EngineFailover(from: "scripted", to: "scripted", error: Self.failure))
    }

    @Test func theNextModelAnswersWhenOneFailsBeforeItsFirstWord() {
        let log = Log<ResponseEvent>()
        let order = models([failing, ScriptedLanguageModel.saying("Fine.")])
        _ = order.respond(to: request, deliver: log.add)
        #expect(log.all == [replaced, .text("Fine."), .finished])
        #expect(order.name == "scripted,scripted")
    }

    @Test func whoTakesOverIsGivenTheSameDirections() {
        let log = Log<ResponseEvent>()
        let cut = ScriptedLanguageModel { $0.deliver(.text("Fi"), .cutShort(.maxTokens), .finished) }
        var directions = ResponseDirections()
        directions.maxOutputTokens = 1
        let request = ResponseRequest(
            response: ResponseID(1), turn: TurnID(1), language: "en", history: [], directions: directions)
        _ = models([failing, cut]).respond(to: request, deliver: log.add)
        #expect(log.all == [replaced, .text("Fi"), .cutShort(.maxTokens), .finished])
        #expect(cut.started[0].request.directions == directions)
    }

    @Test func aModelThatFailsAfterItsFirstWordIsNotReplaced() {
        let log = Log<ResponseEvent>()
        let broken = ScriptedLanguageModel { $0.deliver(.text("I th"), .failed(Self.failure), .finished) }
        _ = models([broken, ScriptedLanguageModel.saying("Fine.")]).respond(to: request, deliver: log.add)
        #expect(log.all == [.text("I th"), .failed(Self.failure)])
    }

    @Test func aModelThatBreaksOffWhileAnotherCouldBeginAnewSaysSo() {
        let log = Log<ResponseEvent>()
        let broken = ScriptedLanguageModel { $0.deliver(.text("I th"), .failed(Self.failure), .finished) }
        let order = models([broken, MockLanguageModel(delay: .zero)])
        _ = order.respond(to: request, deliver: log.add)
        let failover = EngineFailover(from: "scripted", to: "mock", error: Self.failure)
        #expect(log.all == [.text("I th"), .broke(failover)])
    }

    @Test func anEngineThatBrokeOffIsNotAskedAgainInTheTurn() async {
        let log = Log<ResponseEvent>()
        let broken = ScriptedLanguageModel()
        let again = ResponseRequest(
            response: ResponseID(2), turn: TurnID(1), language: "en", history: [], avoiding: ["scripted"])
        _ = models([broken, MockLanguageModel(delay: .zero)]).respond(to: again, deliver: log.add)
        await log.first { $0 == .finished }
        #expect(broken.started.count == 0)
    }

    @Test func aVoiceThatBreaksOffWhileAnotherCouldSpeakSaysSo() {
        let log = Log<SynthesisEvent>()
        let order = FailoverSynthesizer(
            [
                ScriptedSynthesizer { $0.deliver(.audio([1], rate: .hz16000), .failed(Self.failure)) },
                MockSynthesizer(durationMs: 20, delay: .zero),
            ], policy: policy(), now: { .start }, onOpened: { _, _ in })
        _ = order.synthesize(sentence, deliver: log.add)
        let failover = EngineFailover(from: "scripted", to: "mock", error: Self.failure)
        #expect(log.all == [.audio([1], rate: .hz16000), .broke(failover)])
    }

    @Test func whenAllFailTheLastErrorIsTold() {
        let log = Log<ResponseEvent>()
        _ = models([failing, failing]).respond(to: request, deliver: log.add)
        #expect(log.all == [replaced, .failed(Self.failure)])
    }

    @Test func aSilentModelIsReplacedAndItsLateWordsAreDropped() async {
        let log = Log<ResponseEvent>()
        let silent = ScriptedLanguageModel()
        _ = models([silent, ScriptedLanguageModel.saying("Fine.")], patience: .milliseconds(1))
            .respond(to: request, deliver: log.add)
        await log.first { $0 == .finished }
        silent.started[0].deliver(.text("late"), .finished)
        #expect(silent.started[0].isCancelled)
        guard case .failedOver(let failover)? = log.all.first else { return #expect(Bool(false), "\(log.all)") }
        #expect(failover.error.code == "llm.timeout" && failover.error.category == .timeout)
        #expect(Array(log.all.dropFirst()) == [.text("Fine."), .finished])
    }

    @Test func cancellingStopsWhicheverEngineIsAtWork() {
        let log = Log<ResponseEvent>()
        let waiting = ScriptedLanguageModel()
        let task = models([failing, waiting]).respond(to: request, deliver: log.add)
        task.cancel()
        task.cancel()
        waiting.started[0].deliver(.text("late"), .finished)
        #expect(waiting.started[0].isCancelled)
        #expect(log.all == [replaced])
    }

    @Test func anEngineThatKeepsFailingIsLeftAloneAndTriedAgainLater() {
        let clock = Mutex(Instant.start)
        let opened = Log<String>()
        let order = FailoverLanguageModel(
            [failing, ScriptedLanguageModel.saying("Fine.")], policy: policy(), now: { clock.withLock { $0 } },
            onOpened: { name, cause in opened.add("\(name) \(cause.rawValue)") })
        for _ in 0..<5 { _ = order.respond(to: request, deliver: { _ in }) }
        #expect(failing.started.count == 3)
        #expect(opened.all == ["scripted errors"])
        clock.withLock { $0 = Instant(milliseconds: 600_000) }
        for _ in 0..<3 { _ = order.respond(to: request, deliver: { _ in }) }
        #expect(failing.started.count == 4, "one probe, which failed")
        #expect(opened.all == ["scripted errors", "scripted probe"])
    }

    @Test func whenEveryCircuitIsOpenTheLastEngineIsStillAsked() {
        let last = ScriptedLanguageModel { $0.deliver(.failed(Self.failure)) }
        let order = models([failing, last])
        for _ in 0..<6 { _ = order.respond(to: request, deliver: { _ in }) }
        #expect(failing.started.count == 3 && last.started.count == 6)
    }

    @Test func theNextVoiceSpeaksASentenceThatWasNotBegun() {
        let log = Log<SynthesisEvent>()
        let order = FailoverSynthesizer(
            [ScriptedSynthesizer { $0.deliver(.failed(Self.failure)) }, ScriptedSynthesizer.making([1, 2, 3])],
            policy: policy(), now: { .start }, onOpened: { _, _ in })
        _ = order.synthesize(sentence, deliver: log.add)
        #expect(log.all.dropFirst() == [.audio([1, 2, 3], rate: .hz16000), .finished])
    }

    // MARK: Transcription

    private func listening(
        _ engines: [any Transcriber], patience: Duration = .seconds(30), _ log: Log<TranscriptionEvent>
    ) -> any Transcription {
        FailoverTranscriber(engines, policy: policy(patience: patience), now: { .start }, onOpened: { _, _ in })
            .transcribe(
                TranscriptionRequest(turn: TurnID(1), language: "en", expectation: .open), deliver: log.add)
    }

    @Test(arguments: [0, 1, 2])
    func theNextTranscriberHearsTheWholeTurn(failsAt: Int) {
        let log = Log<TranscriptionEvent>()
        let first = ScriptedTranscriber(
            onStart: { if failsAt == 0 { $0.deliver(.failed(Self.failure)) } },
            onFinish: { if failsAt == 2 { $0.deliver(.failed(Self.failure)) } })
        let second = ScriptedTranscriber.hearing("hello")
        let turn = listening([first, second], log)
        turn.append([1, 2].span)
        if failsAt == 1 { first.started[0].deliverElsewhere(.failed(Self.failure)) }
        turn.append([3].span)
        turn.finish()
        #expect(second.started[0].samples == [1, 2, 3] && second.started[0].isFinished)
        #expect(!first.started[0].request.isTakenOver && second.started[0].request.isTakenOver)
        #expect(log.all.last == .final(Transcript(text: "hello")) && log.all.count == 2)
    }

    @Test func aTranscriberThatIsSilentBehindTheTurnIsReplaced() async {
        let log = Log<TranscriptionEvent>()
        let silent = ScriptedTranscriber()
        let turn = listening([silent, ScriptedTranscriber.hearing("hello")], patience: .milliseconds(1), log)
        turn.append([1].span)
        silent.started[0].deliver(.interim(text: "he", turnComplete: nil))
        turn.finish()
        await log.first { $0 == .final(Transcript(text: "hello")) }
        #expect(silent.started[0].isCancelled)
    }

    @Test func audioStaysInOrderWhenEnginesFailFromOtherThreads() async {
        for _ in 0..<50 {
            let log = Log<TranscriptionEvent>()
            let first = ScriptedTranscriber(onStart: { transcription in
                Thread.detachNewThread { transcription.deliver(.failed(Self.failure)) }
            })
            let second = ScriptedTranscriber.hearing("hello")
            let turn = listening([first, second], log)
            for sample in 0..<200 { turn.append([Int16(sample)].span) }
            turn.finish()
            await log.first { $0 == .final(Transcript(text: "hello")) }
            #expect(second.started[0].samples == (0..<200).map { Int16($0) })
        }
    }
}

import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors

/// What engines use: counted once, by the engine that did it, however a request ends.
@Suite("Use of engines")
struct UsageTests {
    private final class Idle: Transcription {
        func cancel() {}
        func finish() {}
        func append(_ samples: Span<Int16>) {}
    }

    private struct Model: LanguageModel {
        let name: String
        var events: [ResponseEvent] = []
        var tokens: TokenUse?
        func respond(to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void)
            -> any EngineTask
        {
            if let tokens { request.meter?.report(tokens, engine: name) }
            for event in events { deliver(event) }
            return Idle()
        }
    }

    private struct Synthesizer: SpeechSynthesizer {
        let name = "espeak"
        var events: [SynthesisEvent]
        func synthesize(
            _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
        ) -> any EngineTask {
            for event in events { deliver(event) }
            return Idle()
        }
    }

    private struct Ears: Transcriber {
        let name: String
        var capabilities = TranscriberCapabilities(languages: [])
        var event: TranscriptionEvent?
        func transcribe(
            _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
        ) -> any Transcription {
            if let event { deliver(event) }
            return Idle()
        }
    }

    private static let broken = EngineError(code: "llm.timeout", message: "late", category: .timeout)

    private func ask(_ model: any LanguageModel, _ meter: UsageMeter) -> any EngineTask {
        model.respond(
            to: ResponseRequest(response: ResponseID(1), turn: TurnID(1), language: "en", history: [], meter: meter)
        ) { _ in }
    }

    private func order(_ models: [any LanguageModel]) -> FailoverLanguageModel {
        FailoverLanguageModel(
            models.map(MeteredLanguageModel.init), policy: FailoverPolicy(), now: { Instant(nanoseconds: 0) },
            onOpened: { _, _ in })
    }

    @Test func eachEngineOfAnOrderIsChargedItsOwn() {
        let ledger = UsageLedger()
        let model = order([
            Model(name: "a", events: [.failed(Self.broken)], tokens: nil),
            Model(
                name: "b", events: [.text("Hi."), .finished], tokens: TokenUse(prompt: 10, cached: 4, completion: 2)),
        ])
        for _ in 0..<2 { _ = ask(model, ledger.meter()) }
        #expect(ledger.entries.map(\.engine) == ["a", "b"] && ledger.entries.map(\.requests) == [2, 2])
        #expect(ledger.entries[0].tokens == nil && ledger.entries[0].requestsWithoutTokens == 2)
        #expect(ledger.entries[1].tokens == TokenUse(prompt: 20, cached: 8, completion: 4))
        #expect(ledger.entries[1].requestsWithoutTokens == 0)
    }

    @Test func whatIsCalledOffWasUsedAllTheSame() {
        let ledger = UsageLedger()
        let task = ask(MeteredLanguageModel(Model(name: "a", events: [.text("Hi")])), ledger.meter())
        #expect(ledger.entries.isEmpty)
        task.cancel()
        task.cancel()
        #expect(ledger.entries.map(\.requests) == [1])
    }

    @Test func discardedWorkIsCountedApartBeforeAndAfterItsEnd() {
        let ledger = UsageLedger()
        let tokens = TokenUse(prompt: 5, completion: 1)
        let (early, late, kept) = (ledger.meter(), ledger.meter(), ledger.meter())
        early.discard()
        for meter in [early, late, kept] {
            _ = ask(MeteredLanguageModel(Model(name: "a", events: [.finished], tokens: tokens)), meter)
        }
        late.discard()
        late.discard()
        #expect(ledger.entries.map(\.discarded) == [false, true] && ledger.entries.map(\.requests) == [1, 2])
        #expect(ledger.entries.map(\.tokens?.prompt) == [5, 10])
    }

    @Test func speechIsCountedInCharactersAndSeconds() {
        let ledger = UsageLedger()
        let synthesizer = MeteredSynthesizer(
            Synthesizer(events: [
                .audio([Int16](repeating: 0, count: 8_000), rate: .hz16000),
                .audio([Int16](repeating: 0, count: 4_000), rate: .hz8000), .finished,
            ]))
        let request = SynthesisRequest(
            segment: SegmentID(response: ResponseID(1), index: 0), text: "Grüß Gott.", language: "de", voice: nil,
            meter: ledger.meter())
        synthesizer.synthesize(request) { _ in }.cancel()
        #expect(ledger.entries.map(\.characters) == [10] && ledger.entries.map(\.audioSeconds) == [1.0])
    }

    @Test(arguments: [(false, false, 1.0), (false, true, 1.0), (true, false, 0.0), (true, true, 1.0)])
    func hearingIsCountedInSecondsThatLeft(hearsAtEnd: Bool, finishes: Bool, seconds: Double) {
        let ledger = UsageLedger()
        var ears = Ears(name: "a")
        ears.capabilities.hearsAtEnd = hearsAtEnd
        let transcription = MeteredTranscriber(ears).transcribe(
            TranscriptionRequest(turn: TurnID(1), language: "en", expectation: .open, meter: ledger.meter())
        ) { _ in }
        for _ in 0..<50 { transcription.append([Int16](repeating: 0, count: 320).span) }
        if finishes { transcription.finish() }
        transcription.cancel()
        #expect(ledger.entries.map(\.audioSeconds) == [seconds] && ledger.entries.map(\.requestsWithoutTokens) == [0])
    }

    // MARK: Prices

    private static let yaml = """
        currency: EUR
        stt: {openai: {audio_minute: 0.006}}
        llm:
          openai: {prompt_million: 1, cached_million: 0.5, completion_million: 4}
          free: {}
        tts: {openai: {character_million: 15, audio_minute: 0.6}}
        """

    private func prices(_ yaml: String = yaml) throws -> PriceList {
        try PriceList.load(yaml: Array(yaml.utf8), source: "prices.yaml")
    }

    @Test func costsFollowFromTheFile() throws {
        let prices = try prices()
        let ledger = UsageLedger()
        for (name, tokens) in [
            ("openai", TokenUse(prompt: 1_000_000, cached: 400_000, completion: 250_000) as TokenUse?), ("free", nil),
            ("other", nil),
        ] {
            _ = ask(MeteredLanguageModel(Model(name: name, events: [.finished], tokens: tokens)), ledger.meter())
        }
        let costs = ledger.entries.map { prices.cost(of: $0) }
        #expect(ledger.entries.map(\.engine) == ["free", "openai", "other"] && prices.currency == "EUR")
        #expect(costs.map { $0?.isComplete } == [true, true, nil])
        #expect(costs[0]?.amount == 0 && abs((costs[1]?.amount ?? 0) - 1.8) < 1e-9)
        _ = ask(MeteredLanguageModel(Model(name: "openai", events: [.failed(Self.broken)])), ledger.meter())
        #expect(prices.cost(of: ledger.entries[1])?.isComplete == false, "what is not known is not invented")
    }

    @Test(arguments: [
        ("stt: {}", "currency"), ("currency: euro", "currency"),
        ("currency: EUR\nllm: {openai: {audio_minute: 1}}", "llm.openai.audio_minute"),
        ("currency: EUR\nstt: {openai: {audio_minute: -1}}", "stt.openai.audio_minute"),
        ("currency: EUR\nstt: {openai: {audio_minute: \"1,5\"}}", "stt.openai.audio_minute"),
        ("currency: EUR\nvad: {}", "vad"), ("", ""), ("a: [", ""),
    ])
    func badPriceFilesAreRefused(yaml: String, key: String) {
        let error = #expect(throws: EngineError.self) { try prices(yaml) }
        #expect(error?.code == "prices.invalid_file" && error?.message.contains(key) == true, "\(error!)")
    }
}

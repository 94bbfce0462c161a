import TomAudio
public import TomConversation
public import TomEngines
import TomErrors

/// The sentences TOM says of its own accord, spoken once at the start of the server and shared by all calls.
///
/// The greeting then starts without waiting for a synthesiser, and the apology can be heard even when the synthesiser is what
/// failed. Bounded by the agent's own texts, a few seconds of audio each.
public struct CannedSpeech: Sendable {
    /// Each sentence as spoken first, then at the prepared rates.
    private let sentences: [String: [Audio]]

    struct Audio: Sendable {
        var samples: [Int16]
        var rate: SampleRate
    }

    /// No sentences: everything is synthesised when it is said.
    public init() { sentences = [:] }

    private init(sentences: [String: [Audio]]) { self.sentences = sentences }

    /// The sentence at `rate` where it was prepared, else as it was spoken.
    func audio(for sentence: String, at rate: SampleRate) -> Audio? {
        guard let versions = sentences[sentence] else { return nil }
        return versions.first { $0.rate == rate } ?? versions.first
    }

    /// Rates of telephones and browsers, for which the audio is converted once and not on every call's event loop.
    private static let preparedRates: [SampleRate] = [.hz16000, .hz8000]

    private static func versions(of audio: Audio) -> [Audio] {
        [audio]
            + preparedRates.filter { $0 != audio.rate }.compactMap { rate in
                guard var resampler = try? Resampler(from: audio.rate, to: rate) else { return nil }
                var samples: [Int16] = []
                resampler.process(audio.samples.span, into: &samples)
                resampler.flush(into: &samples)
                return Audio(samples: samples, rate: rate)
            }
    }

    /// Speaks every sentence of `texts`, without the silence it begins with.
    ///
    /// - Parameters:
    ///   - patience: how long one sentence may take in all. A synthesiser that is not done by then, or says itself that
    /// it ran     out of time, is not asked for the others: the server starts without them.
    /// - Returns: what was spoken, and an error for every sentence that is left out.
    public static func speak(
        _ texts: Conversation.Texts, language: String, voice: String?, with synthesizer: any SpeechSynthesizer,
        patience: Duration, clock: any Clock<Duration> = ContinuousClock()
    ) async -> (speech: CannedSpeech, failures: [EngineError]) {
        var texts = texts
        texts.language = language
        var sentences: [String: [Audio]] = [:]
        var failures: [EngineError] = []
        var timeout: EngineError?
        for (index, sentence) in texts.sentences.enumerated() where sentences[sentence] == nil {
            if let timeout {
                failures.append(timeout)
                continue
            }
            let request = SynthesisRequest(
                segment: SegmentID(response: ResponseID(0), index: index),
                text: SpokenText.of(sentence, language: language), language: language, voice: voice)
            do throws(EngineError) {
                sentences[sentence] = versions(of: try await speak(request, with: synthesizer, patience, clock))
            } catch {
                failures.append(error)
                if error.category == .timeout { timeout = error }
            }
        }
        return (CannedSpeech(sentences: sentences), failures)
    }

    private static func speak(
        _ request: SynthesisRequest, with synthesizer: any SpeechSynthesizer, _ patience: Duration,
        _ clock: any Clock<Duration>
    ) async throws(EngineError) -> Audio {
        let (events, feed) = AsyncStream.makeStream(of: SynthesisEvent.self)
        let task = synthesizer.synthesize(request) { event in
            feed.yield(event)
            switch event {
            case .audio, .failedOver: return
            case .finished, .failed, .broke: feed.finish()
            }
        }
        let alarm = Task {
            try await clock.sleep(for: patience)
            feed.yield(.failed(tooSlow))
            feed.finish()
        }
        defer { alarm.cancel() }
        do throws(EngineError) {
            return try await audio(of: events)
        } catch {
            task.cancel()
            throw error
        }
    }

    private static let tooSlow = EngineError(
        code: "tts.timeout", message: "the synthesiser was not done with a sentence in time.",
        hint: "Run `tom doctor`, or raise TTS_TIMEOUT_MS.", category: .timeout)

    private static func audio(of events: AsyncStream<SynthesisEvent>) async throws(EngineError) -> Audio {
        var audio: Audio?
        for await event in events {
            switch event {
            case .audio(let samples, let rate):
                audio = Audio(samples: (audio?.samples ?? []) + samples, rate: rate)
            case .failed(let error): throw error
            case .broke(let failover): throw failover.error
            case .finished, .failedOver: break
            }
        }
        guard let audio, !audio.samples.isEmpty else {
            throw EngineError(
                code: "tts.empty", message: "the synthesiser made no audio of a sentence.",
                hint: "Run `tom doctor`.", category: .server)
        }
        var silence = LeadingSilence(rate: audio.rate)
        return Audio(samples: silence.trim(audio.samples) + silence.flush(), rate: audio.rate)
    }
}

import Synchronization
import TomAudio
import TomConversation

/// A language model whose requests are counted.
public struct MeteredLanguageModel: LanguageModel {
    public var name: String { model.name }
    private let model: any LanguageModel

    /// - Parameter model: one engine, not a failover order: each engine's use is its own.
    public init(_ model: any LanguageModel) { self.model = model }

    public func prepare() { model.prepare() }

    public func respond(
        to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void
    ) -> any EngineTask {
        guard let meter = request.meter else { return model.respond(to: request, deliver: deliver) }
        let count = UseCount(meter) { [name] in EngineUse(.llm, engine: name) }
        let task = model.respond(to: request) { event in
            switch event {
            case .finished, .failed, .broke: count.end()
            default: break
            }
            deliver(event)
        }
        return MeteredTask(task, count)
    }
}

/// A synthesiser whose characters and seconds of audio are counted.
public struct MeteredSynthesizer: SpeechSynthesizer {
    public var name: String { synthesizer.name }
    private let synthesizer: any SpeechSynthesizer

    /// - Parameter synthesizer: one engine, not a failover order.
    public init(_ synthesizer: any SpeechSynthesizer) { self.synthesizer = synthesizer }

    public func prepare() { synthesizer.prepare() }

    public func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        guard let meter = request.meter else { return synthesizer.synthesize(request, deliver: deliver) }
        // Whole microseconds, so that pieces from any thread add up without a lock.
        let microseconds = SharedCount()
        let characters = request.text.count
        let count = UseCount(meter) { [name] in
            var use = EngineUse(.tts, engine: name)
            use.characters = characters
            use.audioSeconds = Double(microseconds.value) / 1e6
            return use
        }
        let task = synthesizer.synthesize(request) { event in
            switch event {
            case .audio(let samples, let rate): microseconds.add(samples.count * 1_000_000 / rate.hertz)
            case .finished, .failed, .broke: count.end()
            case .failedOver: break
            }
            deliver(event)
        }
        return MeteredTask(task, count)
    }
}

/// A transcriber whose seconds of audio are counted.
public struct MeteredTranscriber: Transcriber {
    public var name: String { transcriber.name }
    public var capabilities: TranscriberCapabilities { transcriber.capabilities }
    private let transcriber: any Transcriber

    /// - Parameter transcriber: one engine, not a failover order.
    public init(_ transcriber: any Transcriber) { self.transcriber = transcriber }

    public func prepare() { transcriber.prepare() }

    public func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription {
        guard let meter = request.meter else { return transcriber.transcribe(request, deliver: deliver) }
        let audio = HeardAudio(isSentAtEnd: capabilities.hearsAtEnd)
        let count = UseCount(meter) { [name] in
            var use = EngineUse(.stt, engine: name)
            use.audioSeconds = audio.seconds
            return use
        }
        let transcription = transcriber.transcribe(request) { event in
            switch event {
            case .final, .failed: count.end()
            case .interim, .failedOver: break
            }
            deliver(event)
        }
        return MeteredTranscription(transcription, count, audio)
    }
}

/// The audio an engine was given, in samples at 16 kHz.
private final class HeardAudio: Sendable {
    private let samples = SharedCount()
    private let isComplete = Atomic(false)
    private let isSentAtEnd: Bool

    init(isSentAtEnd: Bool) { self.isSentAtEnd = isSentAtEnd }

    func add(_ count: Int) { samples.add(count) }
    func complete() { isComplete.store(true, ordering: .relaxed) }
    /// A turn that is dropped before its end costs nothing at an engine that hears turns as a whole.
    var seconds: Double {
        isSentAtEnd && !isComplete.load(ordering: .relaxed) ? 0 : Double(samples.value) / 16_000
    }
}

private final class MeteredTranscription: Transcription {
    private let inner: any Transcription
    private let count: UseCount
    private let audio: HeardAudio

    init(_ inner: any Transcription, _ count: UseCount, _ audio: HeardAudio) {
        self.inner = inner
        self.count = count
        self.audio = audio
    }

    // Per frame: one relaxed addition, no lock.
    func append(_ samples: Span<Int16>) {
        audio.add(samples.count)
        inner.append(samples)
    }

    func finish() {
        audio.complete()
        inner.finish()
    }

    func cancel() {
        count.end()
        inner.cancel()
    }
}

private final class MeteredTask: EngineTask {
    private let inner: any EngineTask
    private let count: UseCount

    init(_ inner: any EngineTask, _ count: UseCount) {
        self.inner = inner
        self.count = count
    }

    func cancel() {
        count.end()
        inner.cancel()
    }
}

/// Records a request's use once, at its end or when it is called off.
private final class UseCount: Sendable {
    private let hasEnded = Atomic(false)
    private let meter: UsageMeter
    private let use: @Sendable () -> EngineUse

    init(_ meter: UsageMeter, use: @escaping @Sendable () -> EngineUse) {
        self.meter = meter
        self.use = use
    }

    func end() { if !hasEnded.exchange(true, ordering: .acquiringAndReleasing) { meter.record(use()) } }
}

/// A sum to which any thread adds.
private final class SharedCount: Sendable {
    private let sum = Atomic(0)
    func add(_ count: Int) { sum.wrappingAdd(count, ordering: .relaxed) }
    var value: Int { sum.load(ordering: .relaxed) }
}

import Dispatch
import Synchronization
import TomConversation
import TomEngines

/// Sees what an engine is asked and what it passes on, and lets its server go on when it has passed on a part.
final class Watch: Sendable {
    /// One request of the engine.
    final class Request: Sendable {
        private let watch: Watch
        private let state = Mutex((hasPassedOn: false, isOver: false))
        fileprivate init(_ watch: Watch) { self.watch = watch }

        /// Runs `deliver`, within which another engine may be asked that is not watched.
        fileprivate func report(_ deliver: () -> Void) {
            watch.counts.withLock { $0.reports += 1 }
            deliver()
            watch.counts.withLock { $0.reports -= 1 }
            watch.changed.signal()
        }

        fileprivate func passesOn() {
            let isFirst = state.withLock { state in
                defer { state.hasPassedOn = true }
                return !state.hasPassedOn
            }
            if isFirst { watch.gate.pass() }
        }

        fileprivate func ends() {
            let isNew = state.withLock { state in
                defer { state.isOver = true }
                return !state.isOver
            }
            guard isNew else { return }
            watch.counts.withLock { $0.ended += 1 }
            watch.changed.signal()
        }
    }

    private let gate: Gate
    private let counts = Mutex((begun: 0, ended: 0, reports: 0))
    /// Signalled whenever the engine has reported.
    private let changed = DispatchSemaphore(value: 0)

    init(_ gate: Gate) { self.gate = gate }

    /// How often the engine was asked.
    var begun: Int { counts.withLock { $0.begun } }

    func begin() -> Request {
        counts.withLock { $0.begun += 1 }
        return Request(self)
    }

    /// Runs `body` whenever the engine has reported, until it owes nothing. Blocks.
    func wait(_ body: () -> Void) {
        body()
        while counts.withLock({ $0.begun > $0.ended || $0.reports > 0 }) {
            changed.wait()
            body()
        }
    }
}

extension AnyEngine {
    /// The same engine, of which `watch` sees all.
    func watched(_ watch: Watch) -> AnyEngine {
        switch self {
        case .transcriber(let engine): .transcriber(WatchedTranscriber(engine: engine, watch: watch))
        case .model(let engine): .model(WatchedModel(engine: engine, watch: watch))
        case .voice(let engine): .voice(WatchedVoice(engine: engine, watch: watch))
        case .speech(let engine): .speech(WatchedSpeechModel(engine: engine, watch: watch))
        }
    }
}

/// Tells the watch that a task is called off.
private final class WatchedTask: EngineTask {
    private let task: any EngineTask
    private let request: Watch.Request

    init(_ task: any EngineTask, _ request: Watch.Request) {
        self.task = task
        self.request = request
    }

    func cancel() {
        task.cancel()
        request.ends()
    }
}

private struct WatchedModel: LanguageModel {
    let engine: any LanguageModel
    let watch: Watch
    var name: String { engine.name }

    func respond(
        to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void
    ) -> any EngineTask {
        let seen = watch.begin()
        let task = engine.respond(to: request) { event in
            seen.report { deliver(event) }
            switch event {
            case .finished, .failed, .broke: seen.ends()
            case .memory: break
            case .text, .audio, .toolCall, .expects, .endsCall, .cutShort, .failedOver: seen.passesOn()
            }
        }
        return WatchedTask(task, seen)
    }
}

private struct WatchedVoice: SpeechSynthesizer {
    let engine: any SpeechSynthesizer
    let watch: Watch
    var name: String { engine.name }

    func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        let seen = watch.begin()
        let task = engine.synthesize(request) { event in
            seen.report { deliver(event) }
            switch event {
            case .finished, .failed, .broke: seen.ends()
            case .audio, .failedOver: seen.passesOn()
            }
        }
        return WatchedTask(task, seen)
    }
}

private struct WatchedTranscriber: Transcriber {
    let engine: any Transcriber
    let watch: Watch
    var name: String { engine.name }
    var capabilities: TranscriberCapabilities { engine.capabilities }

    func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription {
        let seen = watch.begin()
        let inner = engine.transcribe(request) { event in
            seen.report { deliver(event) }
            switch event {
            case .final, .failed: seen.ends()
            case .interim, .failedOver: seen.passesOn()
            }
        }
        return WatchedTranscription(inner: inner, seen)
    }
}

private final class WatchedTranscription: Transcription {
    private let inner: any Transcription
    private let request: Watch.Request

    init(inner: any Transcription, _ request: Watch.Request) {
        self.inner = inner
        self.request = request
    }

    func append(_ samples: Span<Int16>) { inner.append(samples) }
    func finish() { inner.finish() }

    func cancel() {
        inner.cancel()
        request.ends()
    }
}

/// Of its call only the answers are watched: the words of a turn may come behind them.
private struct WatchedSpeechModel: SpeechModel {
    let engine: any SpeechModel
    let watch: Watch
    var name: String { engine.name }

    func open(language: String, tools: [ToolDescription]) -> any SpeechModelCall {
        WatchedSpeechCall(call: engine.open(language: language, tools: tools), watch: watch)
    }
}

private final class WatchedSpeechCall: SpeechModelCall {
    private let call: any SpeechModelCall
    private let watch: Watch

    init(call: any SpeechModelCall, watch: Watch) {
        self.call = call
        self.watch = watch
    }

    var transcriber: any Transcriber { call.transcriber }
    var languageModel: any LanguageModel { WatchedModel(engine: call.languageModel, watch: watch) }
    func truncate(_ response: ResponseID, heardMs: Int) { call.truncate(response, heardMs: heardMs) }
    func close() { call.close() }
}

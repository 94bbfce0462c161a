import Synchronization
import TomAudio
import TomConversation
import TomEngines

/// What an engine delivered of one request.
struct Outcome: Sendable, Equatable {
    /// Words of a turn that may still change.
    var interims: [String] = []
    /// The answer: words, calls of tools, `[samples]@rate`.
    var said: [String] = []
    /// Where one engine took another's place before anything was passed on.
    var failovers: [EngineFailover] = []
    var error: EngineError?
    /// The engine that could begin anew when this one broke off.
    var successor: String?
    var isFinished = false

    var isOver: Bool { isFinished || error != nil }
    var hasPassedOn: Bool { !interims.isEmpty || !said.isEmpty }

    mutating func take(_ event: TranscriptionEvent) {
        switch event {
        case .interim(let text, _): interims.append(text)
        case .final(let transcript):
            said.append(transcript.text ?? "?")
            isFinished = true
        case .failedOver(let failover): failovers.append(failover)
        case .failed(let error): self.error = error
        }
    }

    mutating func take(_ event: ResponseEvent) {
        switch event {
        case .text(let text): said.append(text)
        case .audio(let samples, let rate): said.append("\(samples)@\(rate.hertz)")
        case .toolCall(let call): said.append("\(call)")
        case .endsCall: said.append("ends")
        case .cutShort(let shortfall): said.append("cut short: \(shortfall)")
        case .memory, .expects: break
        case .failedOver(let failover): failovers.append(failover)
        case .finished: isFinished = true
        case .broke(let failover): (error, successor) = (failover.error, failover.to)
        case .failed(let error): self.error = error
        }
    }

    mutating func take(_ event: SynthesisEvent) {
        switch event {
        case .audio(let samples, let rate): said.append("\(samples)@\(rate.hertz)")
        case .failedOver(let failover): failovers.append(failover)
        case .finished: isFinished = true
        case .broke(let failover): (error, successor) = (failover.error, failover.to)
        case .failed(let error): self.error = error
        }
    }
}

/// An engine of any stage, asked for one turn, one answer or one sentence.
enum AnyEngine: Sendable {
    case transcriber(any Transcriber)
    case model(any LanguageModel)
    case voice(any SpeechSynthesizer)
    /// Asked for the answer to a spoken turn, in a call of its own.
    case speech(any SpeechModel)

    private static let turn = TurnID(1)

    /// Begins a request.
    /// - Parameters:
    ///   - seconds: how much the caller says before the turn ends.
    ///   - report: is told of every event, in order.
    func begin(seconds: Int = 0, _ report: @escaping @Sendable (Outcome) -> Void) -> any EngineTask {
        let outcome = Mutex(Outcome())
        let change: @Sendable ((inout Outcome) -> Void) -> Void = { body in
            report(
                outcome.withLock { outcome in
                    body(&outcome)
                    return outcome
                })
        }
        switch self {
        case .transcriber(let engine):
            let task = engine.transcribe(Self.spokenTurn) { event in change { $0.take(event) } }
            Self.speak(seconds, to: task)
            return task
        case .model(let engine):
            let request = Self.request(
                .typed("hi"), language: "en", tools: [.takeMessage, .endCall])
            return engine.respond(to: request) { event in change { $0.take(event) } }
        case .voice(let engine):
            let request = SynthesisRequest(
                segment: SegmentID(response: ResponseID(1), index: 0), text: "Hello.", language: "en-GB", voice: "en-us"
            )
            return engine.synthesize(request) { event in change { $0.take(event) } }
        case .speech(let engine):
            let call = engine.open(language: "en", tools: [])
            Self.speak(seconds, to: call.transcriber.transcribe(Self.spokenTurn) { _ in })
            let request = Self.request(.speech(transcript: nil, durationMs: 200), language: "en", tools: [])
            let task = call.languageModel.respond(to: request) { event in change { $0.take(event) } }
            return SpeechCallTask(call: call, response: task)
        }
    }

    private static var spokenTurn: TranscriptionRequest {
        TranscriptionRequest(turn: turn, language: "en-GB", expectation: .open)
    }

    private static func speak(_ seconds: Int, to transcription: any Transcription) {
        for _ in 0...seconds * 50 { transcription.append([Int16](repeating: 7, count: 320).span) }
        transcription.finish()
    }

    private static func request(
        _ content: Item.Content, language: String, tools: [ToolDescription]
    ) -> ResponseRequest {
        ResponseRequest(
            response: ResponseID(1), turn: turn, language: language,
            history: [Item(id: ItemID(1), turn: turn, content: content)], tools: tools)
    }

    /// Asks and waits for the end.
    func ask(seconds: Int = 0) async -> Outcome {
        let (stream, feed) = AsyncStream.makeStream(of: Outcome.self)
        let task = begin(seconds: seconds) { feed.yield($0) }
        defer { task.cancel() }
        for await outcome in stream where outcome.isOver { return outcome }
        return Outcome()
    }
}

/// The answer of a speech model, whose call ends with it.
private final class SpeechCallTask: EngineTask {
    private let call: any SpeechModelCall
    private let response: any EngineTask

    init(call: any SpeechModelCall, response: any EngineTask) {
        self.call = call
        self.response = response
    }

    func cancel() {
        response.cancel()
        call.close()
    }
}

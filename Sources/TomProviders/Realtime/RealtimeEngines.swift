import TomConversation
import TomEngines

/// The hearing half of a call's Realtime session.
struct RealtimeTranscriber: Transcriber {
    let name = RealtimeModel.engineName
    let capabilities = TranscriberCapabilities(languages: [])
    let call: RealtimeCall

    func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription {
        call.begin(request.turn, history: request.history, deliver: deliver)
        return RealtimeTranscription(call: call, turn: request.turn)
    }
}

private final class RealtimeTranscription: Transcription {
    private let call: RealtimeCall
    private let turn: TurnID

    init(call: RealtimeCall, turn: TurnID) {
        self.call = call
        self.turn = turn
    }

    func append(_ samples: Span<Int16>) { call.hear(samples, of: turn) }
    func finish() { call.end(turn) }
    func cancel() { call.cancel(turn) }
}

/// The answering half.
struct RealtimeLanguageModel: LanguageModel {
    let name = RealtimeModel.engineName
    let call: RealtimeCall

    func respond(
        to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void
    ) -> any EngineTask {
        RealtimeResponseTask(call: call, key: call.respond(to: request, deliver: deliver))
    }
}

private final class RealtimeResponseTask: EngineTask {
    private let call: RealtimeCall
    private let key: Int

    init(call: RealtimeCall, key: Int) {
        self.call = call
        self.key = key
    }

    func cancel() { call.cancelResponse(key) }
}

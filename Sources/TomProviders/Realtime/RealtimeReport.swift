import TomEngines

/// What a call's side of a Realtime API tells of a turn or a response, once no lock is held.
enum RealtimeReport: Sendable {
    case words(@Sendable (TranscriptionEvent) -> Void, TranscriptionEvent)
    case speech(@Sendable (ResponseEvent) -> Void, ResponseEvent)

    func make() {
        switch self {
        case .words(let deliver, let event): deliver(event)
        case .speech(let deliver, let event): deliver(event)
        }
    }
}

extension TranscriptionEvent {
    /// Whether nothing of the turn follows it.
    var isTerminal: Bool {
        switch self {
        case .final, .failed: true
        case .interim, .failedOver: false
        }
    }
}

extension ResponseEvent {
    /// Whether nothing of the response follows it.
    var isTerminal: Bool {
        switch self {
        case .finished, .failed, .broke: true
        case .text, .audio, .toolCall, .memory, .expects, .endsCall, .cutShort, .failedOver: false
        }
    }
}

import TomConversation
import TomEngines
import TomErrors

/// The caller's turns at a Realtime API: audio on its way to an item, and items on their way to words.
struct RealtimeTurns {
    typealias Output = RealtimeDialogue.Output

    private struct Committed {
        var turn: TurnID
        /// The provider's; unknown until it has taken the commit in.
        var item: String?
        /// Words so far; `nil` once they are told or nobody wants them.
        var words: String? = ""
        /// Whether TOM's record holds the turn.
        var isRecorded = false
        /// Whether the item is to be deleted as soon as it is known.
        var isUnwanted = false
    }

    private var open: (turn: TurnID, bytes: Int)?
    /// In the order of their commits.
    private var committed: [Committed] = []

    /// The least audio the API takes as a turn: 100 ms at 24 kHz.
    private static let leastBytes = 4_800
    /// Turns that are remembered; the words of a turn come long before so many others have passed.
    private static let maxCommitted = 64

    mutating func begin(_ turn: TurnID) { open = (turn, 0) }

    mutating func hear(_ pcm: [UInt8], of turn: TurnID) -> [Output] {
        guard open?.turn == turn, !pcm.isEmpty else { return [] }
        open?.bytes += pcm.count
        return [.send(RealtimeClientEvent.append(pcm))]
    }

    mutating func end(_ turn: TurnID) -> [Output] {
        guard let ended = open, ended.turn == turn else { return [] }
        open = nil
        var outputs: [Output] = []
        if ended.bytes < Self.leastBytes {
            let silence = [UInt8](repeating: 0, count: Self.leastBytes - ended.bytes)
            outputs.append(.send(RealtimeClientEvent.append(silence)))
        }
        committed.append(Committed(turn: turn))
        if committed.count > Self.maxCommitted { committed.removeFirst() }
        return outputs + [.send(RealtimeClientEvent.commit(id: Self.id(turn)).json)]
    }

    mutating func cancel(_ turn: TurnID) -> [Output] {
        if let cancelled = open, cancelled.turn == turn {
            open = nil
            return cancelled.bytes > 0 ? [.send(RealtimeClientEvent.clear.json)] : []
        }
        if let index = committed.firstIndex(where: { $0.turn == turn }) { committed[index].words = nil }
        return []
    }

    private static func id(_ turn: TurnID) -> String { "turn-\(turn.number)" }

    // MARK: Events

    mutating func committed(_ item: String) -> [Output] {
        guard let index = committed.firstIndex(where: { $0.item == nil }) else { return [] }
        committed[index].item = item
        guard committed[index].isUnwanted else { return [] }
        committed.remove(at: index)
        return [.send(RealtimeClientEvent.delete(item).json)]
    }

    mutating func words(_ item: String, _ delta: String) -> [Output] {
        guard let index = committed.firstIndex(where: { $0.item == item }), let words = committed[index].words,
            words.utf8.count < 65_536
        else { return [] }
        committed[index].words = words + delta
        return [.transcription(committed[index].turn, .interim(text: words + delta, turnComplete: nil))]
    }

    mutating func transcribed(_ item: String, _ text: String, language: String) -> [Output] {
        guard let turn = told(item) else { return [] }
        return [.transcription(turn, .final(Transcript(text: text, language: language)))]
    }

    mutating func notTranscribed(_ item: String) -> [Output] {
        guard let turn = told(item) else { return [] }
        return [.transcription(turn, .failed(.notTranscribed))]
    }

    /// The turn of `item` when its words are still wanted; from here on they are not.
    private mutating func told(_ item: String) -> TurnID? {
        guard let index = committed.firstIndex(where: { $0.item == item }), committed[index].words != nil else {
            return nil
        }
        committed[index].words = nil
        return committed[index].turn
    }

    /// The API refused the commit whose event has this id.
    /// - Returns: `nil` when it is not the id of a commit.
    mutating func failed(commit event: String, _ code: String?) -> [Output]? {
        guard let index = committed.firstIndex(where: { Self.id($0.turn) == event && $0.item == nil }) else {
            return nil
        }
        let refused = committed.remove(at: index)
        guard refused.words != nil else { return [] }
        return [.transcription(refused.turn, .failed(.notTranscribed))]
    }

    /// The connection has ended.
    mutating func fail(_ error: EngineError) -> [Output] {
        let waiting = committed.filter { $0.words != nil }.map(\.turn) + (open.map { [$0.turn] } ?? [])
        (open, committed) = (nil, [])
        return waiting.map { .transcription($0, .failed(error)) }
    }

    // MARK: TOM's record

    /// Whether the provider has the audio of `turn`.
    mutating func record(_ turn: TurnID) -> Bool {
        guard let index = committed.firstIndex(where: { $0.turn == turn }) else { return false }
        committed[index].isRecorded = true
        return true
    }

    /// Deletes what came before `turn` and is not on record: a cough, a "mhm".
    mutating func deleteUnrecorded(before turn: TurnID) -> [RealtimeClientEvent] {
        var events: [RealtimeClientEvent] = []
        committed.removeAll { old in
            guard old.turn < turn, !old.isRecorded, let item = old.item else { return false }
            events.append(.delete(item))
            return true
        }
        for index in committed.indices where committed[index].turn < turn && !committed[index].isRecorded {
            committed[index].isUnwanted = true
        }
        return events
    }
}

extension EngineError {
    fileprivate static let notTranscribed = EngineError(
        code: "stt.provider_failed", message: "the provider could not write down what the caller said.",
        hint: "Check STT_PROVIDER_MODEL, the model that transcribes.", category: .server)
}

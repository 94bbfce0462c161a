public import TomConversation
import TomEngines

/// The turns of a call that are kept as audio (a name, a message), until a tool takes them or the call ends.
public struct Recordings: Sendable {
    /// Bound for one turn, at 16 kHz: as much as engines hear of it. What is spoken beyond it is not kept.
    public static let maxTurnSamples = TranscriptionRequest.maxSamples
    /// Bound for all turns of a call; the oldest recording makes room.
    public static let maxCallSamples = 250 * 16_000

    private var turns: [(turn: TurnID, samples: [Int16])] = []
    private var open: TurnID?

    public init() {}

    /// Begins to keep `turn`, whose audio so far is `preRoll`.
    mutating func begin(_ turn: TurnID, preRoll: [Int16]) {
        open = turn
        turns.append((turn, preRoll))
    }

    var isRecording: Bool { open != nil }

    /// Keeps audio of the open turn.
    /// - Returns: samples that a bound cost: of this audio, or of older recordings that made room.
    mutating func append(_ input: Span<Int16>) -> Int {
        guard open != nil, let last = turns.indices.last else { return 0 }
        let kept = min(input.count, Self.maxTurnSamples - turns[last].samples.count)
        for index in 0..<kept { turns[last].samples.append(input[index]) }
        var lost = input.count - kept
        while turns.count > 1, turns.reduce(0, { $0 + $1.samples.count }) > Self.maxCallSamples {
            lost += turns.removeFirst().samples.count
        }
        return lost
    }

    mutating func end(_ turn: TurnID) { if open == turn { open = nil } }

    mutating func discard(_ turn: TurnID) {
        end(turn)
        turns.removeAll { $0.turn == turn }
    }

    /// PCM16 mono at 16 kHz; `nil` when the turn was not kept.
    public func samples(of turn: TurnID) -> [Int16]? { turns.first { $0.turn == turn }?.samples }
}

/// Judges, whenever a caller pauses, whether what was said sounds complete.
///
/// It never ends a turn: it can only ask for more patience than silence alone would have.
public protocol TurnEndJudge: Sendable {
    /// The engine's name in metrics, logs and notices (`smart-turn`).
    var name: String { get }
    /// Samples at 16 kHz that it looks at, counted back from the pause.
    var windowSamples: Int { get }
    /// Judges one pause.
    ///
    /// Never blocks: it is called on the call's event loop. One verdict is delivered, from any thread; none after
    /// `cancel()` took effect.
    /// - Parameter samples: the turn's audio up to now, PCM16 mono at 16 kHz, at most ``windowSamples``.
    func judge(_ samples: [Int16], deliver: @escaping @Sendable (Result<TurnEndVerdict, EngineError>) -> Void)
        -> any EngineTask
}

/// What a judge makes of a pause.
public struct TurnEndVerdict: Sendable, Equatable {
    /// How likely the turn is over, 0...1.
    public var probability: Double
    /// Whether that is likely enough.
    public var isComplete: Bool
    public init(probability: Double, isComplete: Bool) {
        self.probability = probability
        self.isComplete = isComplete
    }
}

public import TomEngines

/// A judge of pauses that says what the test says, when the test says so.
public final class ScriptedTurnEndJudge: TurnEndJudge {
    public typealias Judgement = ScriptedTask<[Int16], Result<TurnEndVerdict, EngineError>>

    public let name = "scripted"
    public let windowSamples = 128_000
    public let started = ScriptedTasks<Judgement>()
    private let onStart: @Sendable (Judgement) -> Void

    /// - Parameter onStart: runs inside `judge`.
    public init(onStart: @escaping @Sendable (Judgement) -> Void = { _ in }) { self.onStart = onStart }

    /// One that says at once that no turn is complete, or that each is.
    public static func saying(complete: Bool) -> ScriptedTurnEndJudge {
        ScriptedTurnEndJudge(onStart: { $0.deliver(.success(.init(complete: complete))) })
    }

    public func judge(
        _ samples: [Int16], deliver: @escaping @Sendable (Result<TurnEndVerdict, EngineError>) -> Void
    ) -> any EngineTask {
        let task = Judgement(samples, handler: deliver)
        started.append(task)
        onStart(task)
        return task
    }
}

extension TurnEndVerdict {
    public init(complete: Bool) { self.init(probability: complete ? 0.9 : 0.1, isComplete: complete) }
}

public import TomConversation
import TomErrors

/// Language models in the order in which they are asked: the next one answers when one fails before its first word. One that fails
/// later is reported as `.broke`, and the conversation asks again where nothing of the reply was heard.
public struct FailoverLanguageModel: LanguageModel {
    /// The names of all, in order: `openai,receptionist`.
    public var name: String { order.name }
    private let order: EngineOrder<any LanguageModel>

    /// - Parameters:
    ///   - engines: one or more.
    ///   - now: a clock that does not go backwards, for the circuit breakers.
    ///   - onOpened: told by name when an engine is left alone from now on.
    ///   - breaker: the circuit breaker of the engine with a name, where several orders share it; `nil` for one of its own.
    public init(
        _ engines: [any LanguageModel], policy: FailoverPolicy, now: @escaping @Sendable () -> Instant,
        onOpened: @escaping @Sendable (String, CircuitBreaker.Cause) -> Void,
        breaker: (String) -> SharedCircuitBreaker? = { _ in nil }
    ) {
        order = EngineOrder(
            engines, name: \.name, policy: policy, now: now, onOpened: onOpened, breaker: breaker)
    }

    /// Of all of them: the second is to be there when the first is not.
    public func prepare() { for engine in order.engines { engine.prepare() } }

    public func respond(
        to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void
    ) -> any EngineTask {
        let run = FailoverRun<any LanguageModel, ResponseEvent>(
            order,
            kind: .init(
                begin: { $0.respond(to: request, deliver: $1) }, judge: Self.judge, announce: { .failedOver($0) },
                fail: { .failed($0) }, broke: { .broke($0) }, timeout: { .impatient("llm", $0) }),
            isOwed: true, avoiding: request.avoiding, deliver: deliver)
        run.start()
        return run
    }

    private static func judge(_ event: ResponseEvent) -> FailoverRun<any LanguageModel, ResponseEvent>.Judgement {
        switch event {
        case .finished: .ended
        case .failed(let error): .failed(error)
        case .broke(let failover): .failed(failover.error)
        case .failedOver: .tentative
        case .text, .audio, .toolCall, .memory, .expects, .endsCall, .cutShort: .commits
        }
    }
}

extension EngineError {
    /// An engine that owed a result was given up.
    static func impatient(_ stage: String, _ name: String) -> EngineError {
        EngineError(
            code: "\(stage).timeout", message: "\(name) gave no result in time.",
            hint: "Check that it runs and is not overloaded.", category: .timeout)
    }
}

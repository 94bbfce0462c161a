public import TomConversation

/// Synthesisers in the order in which they are asked: the next one speaks a sentence when one fails before its first sound. One
/// that fails later is reported as `.broke`, and the conversation asks again where nothing of the sentence was sent.
public struct FailoverSynthesizer: SpeechSynthesizer {
    /// The names of all, in order: `openai,espeak`.
    public var name: String { order.name }
    private let order: EngineOrder<any SpeechSynthesizer>

    /// Parameters as those of ``FailoverLanguageModel``.
    public init(
        _ engines: [any SpeechSynthesizer], policy: FailoverPolicy, now: @escaping @Sendable () -> Instant,
        onOpened: @escaping @Sendable (String, CircuitBreaker.Cause) -> Void,
        breaker: (String) -> SharedCircuitBreaker? = { _ in nil }
    ) {
        order = EngineOrder(
            engines, name: \.name, policy: policy, now: now, onOpened: onOpened, breaker: breaker)
    }

    /// Of all of them: the second is to be there when the first is not.
    public func prepare() { for engine in order.engines { engine.prepare() } }

    public func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        let run = FailoverRun<any SpeechSynthesizer, SynthesisEvent>(
            order,
            kind: .init(
                begin: { $0.synthesize(request, deliver: $1) }, judge: Self.judge, announce: { .failedOver($0) },
                fail: { .failed($0) }, broke: { .broke($0) }, timeout: { .impatient("tts", $0) }),
            isOwed: true, avoiding: request.avoiding, deliver: deliver)
        run.start()
        return run
    }

    private static func judge(_ event: SynthesisEvent) -> FailoverRun<any SpeechSynthesizer, SynthesisEvent>.Judgement {
        switch event {
        case .audio: .commits
        case .finished: .ended
        case .failed(let error): .failed(error)
        case .broke(let failover): .failed(failover.error)
        case .failedOver: .tentative
        }
    }
}

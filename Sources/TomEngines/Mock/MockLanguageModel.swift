import TomConversation

/// A language model that always says "Hallo, ich bin TOM.", for tests and measurements.
public struct MockLanguageModel: LanguageModel {
    public let name = "mock"
    /// The original's answer, in its four pieces.
    public static let deltas = ["Hallo,", " ich", " bin", " TOM."]
    private let deltas: [String]
    private let delay: Duration
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - deltas: the answer to everything, delivered piece by piece.
    ///   - delay: from the request to the first piece; the others follow at once. At zero all are delivered inside
    ///     `respond`.
    ///   - clock: what the delay is measured by.
    public init(
        deltas: [String] = MockLanguageModel.deltas, delay: Duration = .milliseconds(50),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.deltas = deltas
        self.delay = delay
        self.clock = clock
    }

    public func respond(
        to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void
    ) -> any EngineTask {
        let answer = MockDelay()
        answer.start(after: delay, clock: clock) { [deltas] in
            for delta in deltas { deliver(.text(delta)) }
            deliver(.finished)
        }
        return answer
    }
}

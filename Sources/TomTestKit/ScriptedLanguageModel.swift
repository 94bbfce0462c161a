public import TomEngines

/// A language model that says what the test says, when the test says so.
public final class ScriptedLanguageModel: LanguageModel {
    public typealias Generation = ScriptedTask<ResponseRequest, ResponseEvent>
    public let name = "scripted"
    public let started = ScriptedTasks<Generation>()
    private let onStart: @Sendable (Generation) -> Void

    /// - Parameter onStart: runs inside `respond`.
    public init(onStart: @escaping @Sendable (Generation) -> Void = { _ in }) { self.onStart = onStart }

    /// One that answers everything with `text` at once.
    public static func saying(_ text: String) -> ScriptedLanguageModel {
        ScriptedLanguageModel { $0.deliver(.text(text), .finished) }
    }

    public func respond(
        to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void
    ) -> any EngineTask {
        let generation = Generation(request, handler: deliver)
        started.append(generation)
        onStart(generation)
        return generation
    }
}

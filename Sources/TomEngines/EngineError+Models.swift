import TomErrors

/// What goes wrong with a model that listens to calls on threads of its own; `stage` is `vad` or `turn_end`.
extension EngineError {
    package static func runFailed(_ stage: String, why: String) -> EngineError {
        EngineError(
            code: "\(stage).run_failed", message: "the model failed: \(why).",
            hint: "Check the model with `tom doctor`.", category: .server)
    }

    package static func overloaded(_ stage: String) -> EngineError {
        EngineError(
            code: "\(stage).overloaded", message: "more audio waits for the model than may wait.",
            hint: "Allow fewer calls, or give TOM more cores.", category: .rateLimit)
    }
}

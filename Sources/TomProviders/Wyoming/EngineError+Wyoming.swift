import TomEngines
import TomErrors

/// What goes wrong with a server of the Wyoming protocol. Its sentences are never part of an error: they quote
/// requests.
extension EngineError {
    static func wyomingMalformed(_ what: String, stage: String) -> EngineError {
        EngineError(
            code: "\(stage).malformed", message: "the Wyoming server's answer is malformed: \(what).",
            hint: "Check that the URL names a Wyoming server, such as wyoming-piper.", category: .server)
    }

    /// - Parameter word: the server's own word for it.
    static func wyomingFailed(_ word: String?, stage: String) -> EngineError {
        EngineError(
            code: "\(stage).provider_failed",
            message: "the Wyoming server reported an error" + (word.map { " (\($0))" } ?? "") + ".",
            hint: "Look into the server's log.", category: .server)
    }

    static func wyomingBadAudio(_ why: String) -> EngineError {
        EngineError(
            code: "tts.bad_audio", message: "the Wyoming server's audio cannot be used: \(why).",
            hint: "Check the server's voice.", category: .server)
    }

    /// - Parameter setting: name of the setting that says where the server is.
    static func wyomingUnreachable(stage: String, setting: String) -> EngineError {
        EngineError(
            code: "\(stage).unreachable", message: "the Wyoming server cannot be reached.",
            hint: "Check \(setting), and that the server runs.", category: .connectivity)
    }

    static func wyomingLost(stage: String) -> EngineError {
        EngineError(
            code: "\(stage).connection_lost", message: "the connection to the Wyoming server broke.",
            hint: "Look into the server's log.", category: .connectivity)
    }

    static func wyomingSilent(stage: String) -> EngineError {
        EngineError(
            code: "\(stage).timeout", message: "the Wyoming server did not answer in time.",
            hint: "Check that it runs and is not overloaded.", category: .timeout)
    }
}

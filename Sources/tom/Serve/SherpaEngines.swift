import Metrics
import TomConversation
import TomEngines
import TomSherpa

/// The engines of sherpa-onnx that the settings ask for, proved to work.
enum SherpaEngines {
    /// - Throws: `EngineError` when the library or the model cannot be used, or the model knows no agent's
    ///   language.
    static func transcriber(
        _ settings: Settings.Engines, agents: [Agent]
    ) async throws(EngineError) -> SherpaTranscriber {
        var configuration = SherpaTranscriberConfiguration(
            library: settings.sherpa.library, model: settings.sherpa.sttModel ?? "")
        if let threads = settings.sherpa.sttThreads { configuration.threads = threads }
        let dropped = Counter(label: "tom_queue_dropped_total", dimensions: [("queue", "stt_audio")])
        let transcriber = try await SherpaTranscriber(configuration: configuration, trial: trial) {
            dropped.increment(by: $0)
        }
        try transcriber.check(anyOf: agents.map(\.language))
        return transcriber
    }

    /// - Throws: `EngineError` when the library or the voice cannot be used.
    static func synthesizer(_ settings: Settings.Engines) async throws(EngineError) -> SherpaSynthesizer {
        var configuration = SherpaSynthesizerConfiguration(
            library: settings.sherpa.library, voice: settings.sherpa.ttsModel ?? "")
        configuration.espeak = settings.espeakPath
        configuration.speaker = settings.sherpa.ttsSpeaker
        configuration.timeoutMs = Int(settings.ttsTimeout.milliseconds)
        if let threads = settings.sherpa.ttsThreads { configuration.threads = threads }
        return try await SherpaSynthesizer(configuration: configuration, trial: trial)
    }

    /// - Throws: `EngineError` when the library or the model cannot be used.
    static func detector(_ model: String, _ settings: Settings.Engines) async throws(EngineError) -> SherpaDetector {
        var configuration = SherpaDetectorConfiguration(library: settings.sherpa.library, model: model)
        configuration.threshold = settings.voiceActivity.threshold
        return try await SherpaDetector(configuration: configuration, trial: trial)
    }

    /// This program again, in a process of its own.
    private static let trial = SherpaTrial.Program(
        executable: "/proc/self/exe", arguments: [SherpaTrialCommand.name])
}

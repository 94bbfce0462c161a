import TomAudio
import TomConversation

/// eSpeak NG as a program of its own, one process for every sentence.
///
/// A process and not the library: eSpeak NG is GPL-3, not thread-safe, and a crash in it ends one sentence here, not
/// the server. Audio is 22,050 Hz and is delivered from a thread of this engine, in order. Each request ends once:
/// with `.finished`, or with `.failed` and one of `tts.not_installed`, `tts.overloaded`, `tts.crashed`, `tts.timeout`,
/// `tts.busy`, `tts.bad_voice`, `tts.bad_output` and `tts.text_too_long`. A preferred voice is one that `espeak-ng --voices`
/// lists, by its name or language, also with a variant (`en-gb+f3`). Speech has 80 to 450 words a minute, which at the
/// usual pace is half to 2.7 times as fast.
public struct EspeakSynthesizer: SpeechSynthesizer {
    public let name = "espeak"
    public let configuration: EspeakConfiguration
    private let workers: WorkerThreads
    private let voices: EspeakVoices

    public init(configuration: EspeakConfiguration = EspeakConfiguration()) {
        self.configuration = configuration
        workers = WorkerThreads(
            limit: max(1, configuration.maximumProcesses), queueLimit: max(0, configuration.maximumWaiting))
        voices = EspeakVoices(executable: configuration.executable)
    }

    public func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        let synthesis = EspeakSynthesis(
            configuration: configuration, deadline: .now + configuration.timeout, workers: workers, voices: voices,
            deliver: deliver)
        do throws(EngineError) {
            let text = EspeakText.cleaned(request.text)
            guard text.count <= EspeakText.maximumLength else { throw .textTooLong }
            let voice = try configuration.voice(language: request.language, requested: request.voice)
            guard !text.isEmpty else {
                deliver(.finished)
                return synthesis
            }
            try synthesis.start(text: text, voice: voice, preferred: request.preferredVoice, speed: request.speed)
        } catch {
            deliver(.failed(error))
        }
        return synthesis
    }

    /// Says one word in the default voice of `language`, or in `voice`, and throws what a call would fail with.
    public func check(language: String, voice: String? = nil) async throws(EngineError) {
        try await sayWord(language: language, voice: voice)
    }

    /// How many sentences wait for a process, and how many are spoken at the moment.
    public var load: (waiting: Int, running: Int) { (workers.waitingCount, workers.runningCount) }
}

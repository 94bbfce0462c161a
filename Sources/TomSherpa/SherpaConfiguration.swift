import Glibc
import TomEngines

/// How sherpa-onnx hears.
public struct SherpaTranscriberConfiguration: Sendable, Equatable, Codable {
    /// Path of `libsherpa-onnx-c-api.so`; `nil` searches the usual places.
    public var library: String?
    /// Folder of the model.
    public var model: String
    /// Threads that decode, 1 or more: of a streaming model each serves many calls at once, of another they share one
    /// turn's work. The number of cores by default.
    public var threads = max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))))
    /// Turns that are heard at the same time by a streaming model, or wait for another, 1 or more; one more fails with
    /// `stt.busy`.
    public var maximumTurns = 1_000
    /// Audio that one turn buffers while its decoder is behind, in seconds. What comes when it is full is dropped and
    /// counted. A turn taken over from another engine is kept whole.
    public var maximumBufferedSeconds = 30
    /// Audio of one turn that is listened to, in seconds: the longest turn and what surrounds it.
    public var maximumTurnSeconds = 125

    public init(library: String? = nil, model: String) {
        self.library = library
        self.model = model
    }
}

/// How sherpa-onnx speaks.
public struct SherpaSynthesizerConfiguration: Sendable, Equatable, Codable {
    /// Path of `libsherpa-onnx-c-api.so`; `nil` searches the usual places.
    public var library: String?
    /// Folder of the voice, or its `.onnx` file where a folder holds several.
    public var voice: String
    /// eSpeak NG's program, which says how words sound to voices that know phonemes only, such as Piper's.
    public var espeak = EspeakConfiguration().executable
    /// Which of the voice's speakers, from 0.
    public var speaker = 0
    /// Sentences that are spoken at the same time, 1 or more; more wait in order. The number of cores by default.
    public var threads = max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))))
    /// Sentences that wait at most, 0 or more; one more fails with `tts.busy`.
    public var maximumWaiting = 1_000
    /// From the request to the end of its audio, waiting included, in milliseconds.
    public var timeoutMs = 10_000

    public init(library: String? = nil, voice: String) {
        self.library = library
        self.voice = voice
    }

    /// Audio of one sentence at most, in seconds: beyond it the voice has gone wrong.
    static let maximumAudioSeconds = 600
}

/// How sherpa-onnx tells speech from silence.
public struct SherpaDetectorConfiguration: Sendable, Equatable, Codable {
    /// Path of `libsherpa-onnx-c-api.so`; `nil` searches the usual places.
    public var library: String?
    /// File of Silero VAD or TEN VAD.
    public var model: String
    /// Probability that begins speech, 0.1...0.95; 0.15 less carries it on.
    public var threshold: Float = 0.5
    /// Threads that judge, 1 or more: one carries about a hundred calls. One for every two cores by default.
    public var threads = max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))) / 2)

    public init(library: String? = nil, model: String) {
        self.library = library
        self.model = model
    }
}

/// The settings of sherpa-onnx.
extension SettingKey {
    static let sherpaLibrary = SettingKey(
        "SHERPA_ONNX_LIBRARY", .path, absence: "searched",
        "sherpa-onnx's library, `libsherpa-onnx-c-api.so`; without it the usual places are searched."
    )
    static let sttModel = SettingKey(
        "STT_MODEL", .model, absence: "none",
        "Folder of sherpa-onnx's speech-to-text model: a streaming Zipformer, Whisper or Moonshine.")
    static let sttSherpaThreads = SettingKey(
        "STT_SHERPA_THREADS", .integer(1...256), absence: "one per core", "Threads that sherpa-onnx hears with.")
    static let ttsModel = SettingKey(
        "TTS_MODEL", .model, absence: "`TTS_VOICE`, where that is a path",
        "sherpa-onnx's voice: the folder of one of Piper's or of Kokoro, or its `.onnx` file.")
    static let ttsSherpaSpeaker = SettingKey(
        "TTS_SHERPA_SPEAKER", .integer(0...100_000), default: "0", "Which of the voice's speakers speaks, from 0.")
    static let ttsSherpaThreads = SettingKey(
        "TTS_SHERPA_THREADS", .integer(1...256), absence: "one per core",
        "Sentences that sherpa-onnx speaks at the same time.")
}

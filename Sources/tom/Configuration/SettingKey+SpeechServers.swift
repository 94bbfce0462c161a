/// The settings of the engines `wyoming` and `piper`.
extension SettingKey {
    static let sttWyomingURL = SettingKey(
        "STT_WYOMING_URL", .url, absence: "STT_PROVIDER_URL, unless another engine of the order takes it",
        "Address of the Wyoming server of the engine `wyoming`: `tcp://127.0.0.1:10300`.")
    static let sttWyomingModel = SettingKey(
        "STT_WYOMING_MODEL", .text,
        absence: "STT_PROVIDER_MODEL, unless another engine of the order takes it; then the server's own",
        "Name of the Wyoming server's speech-to-text model.")
    static let ttsWyomingURL = SettingKey(
        "TTS_WYOMING_URL", .url, absence: "TTS_PROVIDER_URL, unless another engine of the order takes it",
        "Address of the Wyoming server of the engine `wyoming`: `tcp://127.0.0.1:10200`.")
    static let ttsWyomingVoice = SettingKey(
        "TTS_WYOMING_VOICE", .text,
        absence: "TTS_VOICE, unless another engine of the order takes it; then the server's own",
        "Name of the Wyoming server's voice.")
    static let ttsPiperPath = SettingKey(
        "TTS_PIPER_PATH", .path, absence: "none",
        "The program `piper` of piper-tts, which the engine `piper` runs; without it, it asks Piper's HTTP server.")
    static let ttsPiperURL = SettingKey(
        "TTS_PIPER_URL", .url, absence: "TTS_PROVIDER_URL, unless another engine of the order takes it",
        "Address of Piper's HTTP server, when TTS_PIPER_PATH is not set: `http://127.0.0.1:5000`.")
    static let ttsPiperVoice = SettingKey(
        "TTS_PIPER_VOICE", .text, absence: "TTS_VOICE, unless another engine of the order takes it",
        "Piper's voice: the path of an `.onnx` file, or the name of one in TTS_PIPER_DATA_DIR or of a model in MODELS_DIR; a "
            + "server has its own.")
    static let ttsPiperDataDir = SettingKey(
        "TTS_PIPER_DATA_DIR", .path, absence: "MODELS_DIR",
        "Directory of voices as Piper downloads them, each an `.onnx` file that TTS_VOICE may name for the program `piper`, with "
            + "its `.json`.")
    static let ttsPiperProcesses = SettingKey(
        "TTS_PIPER_PROCESSES", .integer(1...64), default: "2",
        "Sentences that Piper speaks at the same time, each by a process that holds the voice in memory.")
}

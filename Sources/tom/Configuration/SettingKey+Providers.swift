/// The settings of engines that run elsewhere, and of the order in which engines are asked.
extension SettingKey {
    static let sttEngine = SettingKey(
        "STT_ENGINE",
        .order(["openai", "deepgram", "wyoming", "sherpa-onnx", "sherpa", "pocketsphinx", "mock"]), absence: "none",
        "With REALTIME_STT=provider: the engine, or several in the order in which they are asked when one fails.")
    static let llmEngine = SettingKey(
        "LLM_ENGINE", .order(["openai", "openai-realtime", "receptionist", "mock"]), absence: "none",
        "With REALTIME_LLM=provider: the engine, or several in the order in which they are asked when one fails.")
    static let ttsEngine = SettingKey(
        "TTS_ENGINE", .order(["openai", "wyoming", "piper", "sherpa-onnx", "sherpa", "espeak", "mock"]),
        absence: "none",
        "With REALTIME_TTS=provider: the engine, or several in the order in which they are asked when one fails.")

    static let sttProviderURL = SettingKey("STT_PROVIDER_URL", .url, absence: "none", urlMeaning)
    static let sttProviderKey = SettingKey("STT_PROVIDER_KEY", .text, absence: "none", secret: true, keyMeaning)
    static let sttProviderModel = SettingKey(
        "STT_PROVIDER_MODEL", .text, absence: "none", "Id of the speech-to-text model at the provider: `whisper-1`.")
    static let llmProviderURL = SettingKey("LLM_PROVIDER_URL", .url, absence: "none", urlMeaning)
    static let llmProviderKey = SettingKey("LLM_PROVIDER_KEY", .text, absence: "none", secret: true, keyMeaning)
    static let llmModel = SettingKey(
        "LLM_MODEL", .text, absence: "none", "Id of the language model at the provider: `gpt-4.1-mini`, `llama3.2`.")
    static let ttsProviderURL = SettingKey("TTS_PROVIDER_URL", .url, absence: "none", urlMeaning)
    static let ttsProviderKey = SettingKey("TTS_PROVIDER_KEY", .text, absence: "none", secret: true, keyMeaning)
    static let ttsProviderModel = SettingKey(
        "TTS_PROVIDER_MODEL", .text, absence: "none", "Id of the text-to-speech model at the provider: `tts-1`.")
    static let ttsVoice = SettingKey(
        "TTS_VOICE", .text, absence: "alloy for openai; a server's own for wyoming and piper",
        "Name of the provider's voice; for the program `piper` the path of an `.onnx` file, or the name of a model in "
            + "MODELS_DIR.")

    static let allowEgress = SettingKey(
        "ALLOW_EGRESS", .boolean, default: "false",
        "Whether callers' words and voices may leave for addresses that are neither loopback nor private.")
    static let engineConnectTimeoutMs = SettingKey(
        "ENGINE_CONNECT_TIMEOUT_MS", .integer(50...60_000), default: "2000",
        "How long connecting to a provider may take.")
    static let failoverPatienceMs = SettingKey(
        "FAILOVER_PATIENCE_MS", .integer(100...60_000), default: "4000",
        "How long an engine of several may owe a first result before the next one is asked.")
    static let sttLatencyBudgetMs = SettingKey(
        "STT_LATENCY_BUDGET_MS", .integer(1...120_000), absence: "none",
        "From a turn's end to its transcript: an engine of several whose 95th percentile over 50 turns is longer is left alone "
            + "for ten minutes.")
    static let llmLatencyBudgetMs = SettingKey(
        "LLM_LATENCY_BUDGET_MS", .integer(1...120_000), absence: "none",
        "As STT_LATENCY_BUDGET_MS, from the request to the model's first word.")
    static let ttsLatencyBudgetMs = SettingKey(
        "TTS_LATENCY_BUDGET_MS", .integer(1...120_000), absence: "none",
        "As STT_LATENCY_BUDGET_MS, from a sentence to its first audio.")

    private static let urlMeaning = "Base URL of an OpenAI-compatible API: `http://127.0.0.1:11434/v1`."
    private static let keyMeaning = "Key that the provider asks for."
}

/// The settings of a call: its engines and how the conversation goes.
extension SettingKey {
    private static let engineWords = ["off", "mock", "local", "provider"]

    static let stt = SettingKey(
        "REALTIME_STT", .word(engineWords), default: "local",
        "Speech to text. `local` is PocketSphinx with the agent's phrases as its grammar; `provider` is what STT_ENGINE names; "
            + "`off` leaves typed text and keys.")
    static let llm = SettingKey(
        "REALTIME_LLM", .word(engineWords), default: "local",
        "Language model. `local` is the receptionist of the agent file; `provider` is what LLM_ENGINE names; `off` answers "
            + "nothing.")
    static let tts = SettingKey(
        "REALTIME_TTS", .word(engineWords), default: "local",
        "Text to speech. `local` is eSpeak NG; `provider` is what TTS_ENGINE names; `off` leaves the text of the answers."
    )
    static let sttTimeoutMs = SettingKey(
        "STT_TIMEOUT_MS", .integer(100...120_000), default: "10000",
        "From the end of the caller's turn to its transcript; later, TOM apologises.")
    static let llmTimeoutMs = SettingKey(
        "LLM_TIMEOUT_MS", .integer(100...120_000), default: "15000",
        "From the transcript to the first text of the answer, and from one piece of it to the next; later, TOM apologises."
    )
    static let ttsTimeoutMs = SettingKey(
        "TTS_TIMEOUT_MS", .integer(100...120_000), default: "10000",
        "From a sentence to its first audio, and from one piece of it to the next; later, TOM apologises. Also the longest "
            + "that eSpeak NG may take over one sentence.")
    static let pocketSphinxModelDir = SettingKey(
        "STT_POCKETSPHINX_MODEL_DIR", .path, default: "/usr/share/pocketsphinx/model/en-us",
        "Directory with PocketSphinx's acoustic model `en-us/` and its dictionary `cmudict-en-us.dict`.")
    static let pocketSphinxMaxDecoders = SettingKey(
        "STT_POCKETSPHINX_MAX_DECODERS", .integer(1...256), default: "8",
        "PocketSphinx decoders at one time, each with a thread of its own and about 40 MB.")
    static let espeakPath = SettingKey(
        "ESPEAK_PATH", .path, default: "/usr/bin/espeak-ng",
        "Absolute path of the eSpeak NG program.")
    static let ffmpegPath = SettingKey(
        "FFMPEG_PATH", .path, default: "/usr/bin/ffmpeg",
        "Absolute path of the ffmpeg program. With it `/v1/audio/speech` makes mp3, opus, aac and flac beside wav and pcm; TOM "
            + "needs it for nothing else.")

    static let mockDelayMs = SettingKey(
        "DEV_MOCK_DELAY_MS", .integer(0...60_000), default: "50",
        "Delay of every mock stage that has no delay of its own.")
    static let mockSTTDelayMs = SettingKey(
        "DEV_MOCK_STT_DELAY_MS", .integer(0...60_000), absence: "DEV_MOCK_DELAY_MS",
        "From the end of the caller's turn to the mock transcript.")
    static let mockLLMDelayMs = SettingKey(
        "DEV_MOCK_LLM_DELAY_MS", .integer(0...60_000), absence: "DEV_MOCK_DELAY_MS",
        "From the transcript to the mock answer's first token.")
    static let mockTTSDelayMs = SettingKey(
        "DEV_MOCK_TTS_DELAY_MS", .integer(0...60_000), absence: "DEV_MOCK_DELAY_MS",
        "From a sentence to its first mock audio.")
    static let mockTTSAudioMs = SettingKey(
        "DEV_MOCK_TTS_AUDIO_MS", .integer(20...60_000), default: "1500",
        "Length of the mock reply, a 440 Hz tone.")

    static let agentFile = SettingKey(
        "AGENT_FILE", .path, absence: "the built-in English receptionist", flag: "--agent",
        "Agent file: persona, language, greeting, facts, intents and their phrases.")
    static let agentGreeting = SettingKey(
        "AGENT_GREETING", .boolean, default: "true",
        "Whether TOM speaks first. `false`: it waits for the caller.")
    static let vad = SettingKey(
        "VAD", .word(["energy", "silero", "sherpa-onnx", "sherpa"]), default: "energy",
        "Voice activity detector: `energy` is built in, `silero` is the model VAD_MODEL on ONNX Runtime, `sherpa-onnx` (or "
            + "`sherpa`) is the model VAD_MODEL in sherpa-onnx.")
    static let endpointingMinDelayMs = SettingKey(
        "ENDPOINTING_MIN_DELAY_MS", .integer(0...10_000), default: "500",
        "Silence that ends a turn whose words are complete.")
    static let endpointingMaxDelayMs = SettingKey(
        "ENDPOINTING_MAX_DELAY_MS", .integer(0...30_000), default: "3000",
        "Silence that ends a turn whose words seem incomplete. Not below the minimum.")
    static let interruptionMinSpeechMs = SettingKey(
        "INTERRUPTION_MIN_SPEECH_MS", .integer(0...10_000), default: "300",
        "Speech that stops TOM's reply; shorter sounds, such as a cough or “mhm”, do not.")
    static let falseInterruptionMaxSpeechMs = SettingKey(
        "FALSE_INTERRUPTION_MAX_SPEECH_MS", .integer(0...10_000), default: "800",
        "An interruption without words that is shorter than this was a noise: the reply goes on; 0: it never does.")
    static let idlePromptAfterMs = SettingKey(
        "IDLE_PROMPT_AFTER_MS", .integer(0...600_000), default: "15000",
        "Silence on both sides after which TOM asks whether the caller is still there; 0: never.")
    static let idlePrompts = SettingKey(
        "IDLE_PROMPTS", .integer(0...10), default: "2",
        "How often TOM asks so before it hangs up.")
    static let speculation = SettingKey(
        "SPECULATION", .boolean, default: "true",
        "Whether an answer is prepared while the caller pauses, on words that have not changed for SPECULATION_STABLE_MS. It is "
            + "used when the turn's transcript holds the same words; a discarded one costs a request.")
    static let speculationStableMs = SettingKey(
        "SPECULATION_STABLE_MS", .integer(0...10_000), default: "150",
        "How long the words must stay the same, and the caller silent, before an answer is prepared.")
    static let fillerAfterMs = SettingKey(
        "FILLER_AFTER_MS", .integer(0...60_000), default: "0",
        "How long an answer may take before TOM says one of the agent's fillers (“one moment, please”); 0: it says none."
    )
}

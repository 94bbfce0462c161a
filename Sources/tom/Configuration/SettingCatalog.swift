/// Every setting of TOM, in the order of the documents.
///
/// Reading, checking, `tom config`, `docs/configuration.md` and `tom.env.example` all follow from this list.
enum SettingCatalog {
    /// Settings that belong together in the documents.
    struct Section: Sendable {
        let title: String
        let keys: [SettingKey]
    }

    static let sections: [Section] = [
        Section(title: "Listening", keys: listening),
        Section(title: "Who may call", keys: admission),
        Section(title: "Engines", keys: engines),
        Section(title: "Engines of providers", keys: providers),
        Section(title: "Tools", keys: tools),
        Section(title: "sherpa-onnx", keys: sherpa),
        Section(title: "Mock engines", keys: mocks),
        Section(title: "Conversation", keys: conversation),
        Section(title: "Limits", keys: limits),
        Section(title: "Files", keys: files),
        Section(title: "Logs", keys: logs),
    ]

    static let all: [SettingKey] = sections.flatMap(\.keys)

    /// The setting called `name`; `nil` when there is none.
    static func key(named name: String) -> SettingKey? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let listening = [
        SettingKey.host, .port, .tlsCertificateFile, .tlsKeyFile, .eventLoops, .drainTimeoutSeconds,
    ]
    private static let admission = [
        SettingKey.devAllowNoJWT, .jwtSecret, .jwtJWKSFile, .jwtIssuer, .jwtAudience, .jwtMaxTTLSeconds,
        .jwtEndsCall, .keysFile, .originAllowlist, .addressAllowlist,
    ]
    private static let engines = [
        SettingKey.stt, .llm, .tts, .sttTimeoutMs, .llmTimeoutMs, .ttsTimeoutMs, .pocketSphinxModelDir,
        .pocketSphinxMaxDecoders, .espeakPath, .ffmpegPath,
    ]
    private static let providers = [
        SettingKey.sttEngine, .sttProviderURL, .sttProviderKey, .sttProviderModel, .llmEngine, .llmProviderURL,
        .llmProviderKey, .llmModel, .ttsEngine, .ttsProviderURL, .ttsProviderKey, .ttsProviderModel, .ttsVoice,
        .sttDeepgramURL, .sttDeepgramKey, .sttDeepgramModel, .sttWyomingURL, .sttWyomingModel, .ttsWyomingURL,
        .ttsWyomingVoice, .ttsPiperPath, .ttsPiperURL, .ttsPiperVoice, .ttsPiperDataDir, .ttsPiperProcesses,
        .allowEgress, .engineConnectTimeoutMs, .failoverPatienceMs, .sttLatencyBudgetMs, .llmLatencyBudgetMs,
        .ttsLatencyBudgetMs,
    ]
    private static let tools = [SettingKey.toolTimeoutMs, .clientToolHosts]
    private static let sherpa = [
        SettingKey.sherpaLibrary, .sttModel, .sttSherpaThreads, .ttsModel, .ttsSherpaSpeaker, .ttsSherpaThreads,
    ]
    private static let mocks = [
        SettingKey.mockDelayMs, .mockSTTDelayMs, .mockLLMDelayMs, .mockTTSDelayMs, .mockTTSAudioMs,
    ]
    private static let conversation = [
        SettingKey.agentFile, .agentGreeting, .vad, .vadModel, .vadThresholdPercent, .turnEnd, .turnEndModel,
        .turnEndThresholdPercent, .onnxRuntimeLibrary, .endpointingMinDelayMs, .endpointingMaxDelayMs,
        .interruptionMinSpeechMs, .falseInterruptionMaxSpeechMs, .idlePromptAfterMs, .idlePrompts, .speculation,
        .speculationStableMs, .fillerAfterMs,
    ]
    private static let limits = [
        SettingKey.maxCalls, .maxAudioRequests, .rateLimitMessages, .rateLimitBytes, .rateLimitConnections,
        .maxMessageBytes,
    ]
    private static let files = [SettingKey.dataDir, .journalDir, .modelsDir, .costLog, .pricesFile]
    private static let logs = [SettingKey.logLevel, .logFormat]
}

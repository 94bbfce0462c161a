import TomProviders

extension Settings.Engines {
    init(_ resolved: ResolvedSettings, _ problems: inout [SettingProblem]) {
        func choice(_ key: SettingKey) -> Settings.EngineChoice {
            resolved.text(key).flatMap(Settings.EngineChoice.init(rawValue:)) ?? .local
        }
        (stt, llm, tts) = (choice(.stt), choice(.llm), choice(.tts))
        sttTimeout = .milliseconds(resolved.integer(.sttTimeoutMs))
        llmTimeout = .milliseconds(resolved.integer(.llmTimeoutMs))
        ttsTimeout = .milliseconds(resolved.integer(.ttsTimeoutMs))
        pocketSphinxModelDir = Settings.path(resolved.text(.pocketSphinxModelDir) ?? "")
        pocketSphinxMaxDecoders = resolved.integer(.pocketSphinxMaxDecoders)
        espeakPath = Settings.path(resolved.text(.espeakPath) ?? "")
        ffmpegPath = Settings.path(resolved.text(.ffmpegPath) ?? "")
        let every = resolved.integer(.mockDelayMs)
        mock = Settings.Mock(
            sttDelay: .milliseconds(resolved.optionalInteger(.mockSTTDelayMs) ?? every),
            llmDelay: .milliseconds(resolved.optionalInteger(.mockLLMDelayMs) ?? every),
            ttsDelay: .milliseconds(resolved.optionalInteger(.mockTTSDelayMs) ?? every),
            audio: .milliseconds(resolved.integer(.mockTTSAudioMs)))
        ttsVoice = resolved.text(.ttsVoice) ?? "alloy"
        allowsEgress = resolved.boolean(.allowEgress)
        connectTimeout = .milliseconds(resolved.integer(.engineConnectTimeoutMs))
        failoverPatience = .milliseconds(resolved.integer(.failoverPatienceMs))
        func budget(_ key: SettingKey) -> Duration? { resolved.optionalInteger(key).map { .milliseconds($0) } }
        sttBudget = budget(.sttLatencyBudgetMs)
        llmBudget = budget(.llmLatencyBudgetMs)
        ttsBudget = budget(.ttsLatencyBudgetMs)
        voiceActivity = Settings.VoiceActivity(resolved, &problems)
        sttOrder = Self.order(.sttEngine, stt, .stt, resolved, &problems)
        llmOrder = Self.order(.llmEngine, llm, .llm, resolved, &problems)
        ttsOrder = Self.order(.ttsEngine, tts, .tts, resolved, &problems)
        let claims = ProviderClaims(resolved, stt: sttOrder, llm: llmOrder, tts: ttsOrder, &problems)
        sherpa = Settings.Sherpa(resolved, sttOrder: sttOrder, ttsOrder: ttsOrder, claims, &problems)
        sttProvider = Self.provider(
            "stt", sttOrder, (.sttProviderURL, .sttProviderKey, .sttProviderModel), resolved, &problems)
        llmProvider = Self.provider(
            "llm", llmOrder, (.llmProviderURL, .llmProviderKey, .llmModel), resolved, &problems)
        realtime = Self.realtime(llmOrder, stt, tts, resolved, &problems)
        realtimeTranscriptionModel = resolved.text(.sttProviderModel) ?? "gpt-4o-mini-transcribe"
        deepgram = Self.deepgram(sttOrder, claims, resolved, &problems)
        ttsProvider = Self.provider(
            "tts", ttsOrder, (.ttsProviderURL, .ttsProviderKey, .ttsProviderModel), resolved, &problems)
        speech = Settings.SpeechServers(stt: sttOrder, tts: ttsOrder, claims, resolved, &problems)
    }

    /// The engines of a stage whose choice is `provider`; of any other none.
    private static func order(
        _ key: SettingKey, _ choice: Settings.EngineChoice, _ chooser: SettingKey, _ resolved: ResolvedSettings,
        _ problems: inout [SettingProblem]
    ) -> [String] {
        guard choice == .provider else { return [] }
        let order = resolved.list(key).map { $0 == Settings.Sherpa.shortName ? Settings.Sherpa.name : $0 }
        if Set(order).count < order.count {
            problems.append(
                SettingProblem(
                    key: key.name, source: resolved[key].source, reason: "names \(Settings.Sherpa.name) twice",
                    fix: "Name each engine once; sherpa is short for sherpa-onnx."))
        }
        // A value that was refused counts as none, and has been told of.
        if order.isEmpty, !problems.contains(where: { $0.key == key.name }) {
            problems.append(
                SettingProblem(
                    key: key.name, source: resolved[key].source,
                    reason: "is not set, and \(chooser.name)=provider asks for the engine it names",
                    fix: "Set \(key.name)=openai."))
        }
        return order
    }

    /// Where the OpenAI-compatible engine of an order is.
    private static func provider(
        _ stage: String, _ order: [String], _ keys: (url: SettingKey, key: SettingKey, model: SettingKey),
        _ resolved: ResolvedSettings, _ problems: inout [SettingProblem]
    ) -> Settings.Provider? {
        guard order.contains("openai") else { return nil }
        for key in [keys.url, keys.model] where resolved.text(key) == nil {
            problems.append(
                SettingProblem(
                    key: key.name, source: resolved[key].source, reason: "is not set, and the engine openai needs it",
                    fix: key.meaning))
        }
        guard let url = resolved.text(keys.url), let model = resolved.text(keys.model) else { return nil }
        return Settings.Provider(
            url: url, key: resolved.text(keys.key).map(Secret.init(value:)), model: model, names: .openAI(stage))
    }
}

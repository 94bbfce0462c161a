import Testing

@testable import tom

@Suite struct SettingsTests {
    private func settings(
        _ environment: [String: String] = [:], flags: [String: String] = [:], dotEnv: String? = nil, file: String? = nil
    ) throws -> Settings {
        try Settings(resolved(environment, flags: flags, dotEnv: dotEnv, file: file))
    }

    private func resolved(
        _ environment: [String: String] = [:], flags: [String: String] = [:], dotEnv: String? = nil, file: String? = nil
    ) -> ResolvedSettings {
        SettingSources(
            commandLine: flags, environment: environment,
            dotEnv: dotEnv.map { EnvironmentFile(name: ".env", text: $0) },
            file: file.map { EnvironmentFile(name: "tom.env", text: $0) }
        ).resolve()
    }

    private func problems(
        _ environment: [String: String] = [:], dotEnv: String? = nil, file: String? = nil
    ) -> [SettingProblem] {
        do {
            _ = try settings(environment, dotEnv: dotEnv, file: file)
            return []
        } catch let error as SettingsError {
            return error.problems
        } catch {
            return []
        }
    }

    @Test func theDefaultsAreTheContracts() throws {
        let settings = try settings()
        #expect(settings.listening.host == "127.0.0.1" && settings.listening.port == 8_080)
        #expect(settings.listening.eventLoops == nil)
        #expect(settings.admission.allowsMissingToken == false && !settings.admission.hasKeys)
        #expect(settings.admission.maxTokenLifetime == .seconds(60))
        #expect([settings.engines.stt, settings.engines.llm, settings.engines.tts] == [.local, .local, .local])
        let mock = settings.engines.mock
        #expect(
            [mock.sttDelay, mock.llmDelay, mock.ttsDelay] == [.milliseconds(50), .milliseconds(50), .milliseconds(50)])
        #expect(mock.audio == .milliseconds(1_500))
        #expect(settings.conversation.endpointingMinDelay == .milliseconds(500))
        #expect(settings.conversation.endpointingMaxDelay == .milliseconds(3_000))
        #expect(settings.conversation.interruptionMinSpeech == .milliseconds(300))
        #expect(settings.conversation.falseInterruptionMaxSpeech == .milliseconds(800))
        #expect(settings.conversation.greets)
        #expect(
            settings.limits
                == .init(
                    maxCalls: 1_000, maxAudioRequests: 8, messagesPerSecond: 120, bytesPerSecond: 262_144,
                    connectionsPerMinute: 30,
                    maxMessageBytes: 65_536))
        #expect(settings.logs == .init(level: "info", format: nil))
        #expect(settings.warnings.isEmpty)
    }

    @Test func theStrongerSourceCounts() {
        let all = resolved(
            ["PORT": "2", "MAX_CALLS": "2"], flags: ["PORT": "1"], dotEnv: "PORT=3\nMAX_CALLS=3\nIDLE_PROMPTS=3",
            file: "# f\nPORT=4\nMAX_CALLS=4\nIDLE_PROMPTS=4\nEVENT_LOOPS=4")
        #expect(all.problems == [])
        func pair(_ key: SettingKey) -> [String] { [all[key].text ?? "", all[key].source] }
        #expect(pair(.port) == ["1", "--port"])
        #expect(pair(.maxCalls) == ["2", "environment"])
        #expect(pair(.idlePrompts) == ["3", ".env line 3"])
        #expect(pair(.eventLoops) == ["4", "tom.env line 5"])
        #expect(pair(.host) == ["127.0.0.1", "default"])
    }

    @Test func anEmptyValueCountsAsNotSet() throws {
        #expect(try settings(["PORT": "", "JWT_SECRET": ""], dotEnv: "PORT=9").listening.port == 9)
    }

    @Test func everyProblemIsReportedAtOnceWithPlaceBoundAndFix() {
        let found = problems(
            ["PORT": "99999", "VAD": "cobalt", "ENDPOINTING_MIN_DELAY_MS": "4000"],
            dotEnv: "REALTIME_SST=mock\nCOMPOSE_FILE=x",
            file: "\nMAX_CALL=5\nFOO=1\nMAX_CALLS=x")
        #expect(
            Set(found.map { "\($0.key) \($0.source)" }) == [
                "PORT environment", "VAD environment", "ENDPOINTING_MAX_DELAY_MS default", "REALTIME_SST .env line 1",
                "MAX_CALL tom.env line 2", "FOO tom.env line 3", "MAX_CALLS tom.env line 4",
            ])
        let port = found.first { $0.key == "PORT" }
        #expect(port?.reason == "“99999” is out of bounds")
        #expect(port?.fix == "Use a whole number from 0 to 65535 (the default is 8080).")
        #expect(found.first { $0.key == "REALTIME_SST" }?.fix == "Did you mean REALTIME_STT?")
        #expect(found.first { $0.key == "MAX_CALL" }?.fix == "Did you mean MAX_CALLS?")
    }

    @Test func hostsOfClientsToolServersAreAList() throws {
        #expect(try settings([:]).tools.clientHosts.isEmpty)
        let named = try settings(["TOOL_CLIENT_HOSTS": " mcp.example.org, 127.0.0.1:9001,[::1]:8 ,*"])
        #expect(named.tools.clientHosts == ["mcp.example.org", "127.0.0.1:9001", "[::1]:8", "*"])
        for value in ["https://mcp.example.org", "a/b", "a b", "user@host"] {
            #expect(SettingKey.clientToolHosts.kind.objection(to: value)?.hasSuffix("is not a host") == true)
        }
    }

    @Test func anUnknownNameInTheEnvironmentIsAWarningOnly() throws {
        let warnings = try settings(["REALTIME_SST": "mock", "TOM_BUILD": "7", "PATH": "/bin"]).warnings
        #expect(warnings == ["REALTIME_SST is set in the environment but is no setting; did you mean REALTIME_STT?"])
    }

    @Test(arguments: [
        ("STT_ENGINE", "pocketsphinx", "REALTIME_STT=local"), ("LLM_ENGINE", "receptionist", "REALTIME_LLM=local"),
        ("TTS_ENGINE", "espeak", "REALTIME_TTS=local"), ("VAD_MODEL", "/m/silero.onnx", "VAD=energy"),
        ("TURN_END_MODEL", "/m/turn.onnx", "TURN_END=off"),
    ])
    func whatNothingAsksForIsSaidAtTheStartAndByTheDoctor(key: String, value: String, chooser: String) throws {
        let settings = try settings([key: value])
        #expect(settings.unasked.map(\.key) == [key])
        #expect(settings.warnings == settings.unasked.map(\.description))
        #expect(settings.warnings.first?.contains("\(chooser) does not ask for it") == true)
    }

    @Test func whatIsAskedForGetsNoWarning() throws {
        let asked = try settings([
            "REALTIME_STT": "provider", "STT_ENGINE": "pocketsphinx", "REALTIME_LLM": "provider",
            "LLM_ENGINE": "receptionist",
            "REALTIME_TTS": "provider", "TTS_ENGINE": "espeak", "VAD": "silero", "VAD_MODEL": "/m/silero.onnx",
            "TURN_END": "smart-turn", "TURN_END_MODEL": "/m/turn.onnx",
        ])
        #expect(asked.unasked.isEmpty && asked.warnings.isEmpty)
    }

    @Test func secretsAreNeverShown() throws {
        let secret = "hunter2-hunter2-hunter2-hunter2-hunter2"
        let all = resolved(["JWT_SECRET": secret])
        #expect(all[.jwtSecret].shown == "<redacted>")
        let settings = try Settings(all)
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!"\(settings)".contains("hunter2"))
        let text = try ScriptOutput.json(SettingList(all, warnings: settings.warnings))
        #expect(!text.contains("hunter2") && text.contains("<redacted>"))
        #expect(settings.admission.secret?.value == secret)
        let problem = resolved(["JWT_SECRET": "hunter2\0"])[.jwtSecret].problem
        #expect(problem.map { !$0.description.contains("hunter2") } ?? true)
        #expect(SettingCatalog.all.filter(\.isSecret).allSatisfy { $0.flag == nil })
    }

    @Test(arguments: [("STT", "STT_PROVIDER_MODEL"), ("LLM", "LLM_MODEL"), ("TTS", "TTS_PROVIDER_MODEL")])
    func aProviderNeedsItsEngineItsAddressAndItsModel(stage: String, model: String) {
        var environment = ["REALTIME_\(stage)": "provider"]
        #expect(problems(environment).map(\.key) == ["\(stage)_ENGINE"])
        environment["\(stage)_ENGINE"] = "openai, mock"
        #expect(problems(environment).map(\.key) == ["\(stage)_PROVIDER_URL", model])
        environment["\(stage)_PROVIDER_URL"] = "http://127.0.0.1:1/v1"
        environment[model] = "m"
        #expect(problems(environment).isEmpty)
        for bad in ["openai,openai", "openai,nonsense", ","] {
            environment["\(stage)_ENGINE"] = bad
            #expect(problems(environment).map(\.key) == ["\(stage)_ENGINE"], "\(bad): told of once")
        }
        #expect(problems(["REALTIME_\(stage)": "cloud"]).first?.fix.contains("off | mock | local | provider") == true)
    }

    @Test func aProvidersKeyIsNotShown() throws {
        let resolved = resolved([
            "REALTIME_LLM": "provider", "LLM_ENGINE": "openai,receptionist", "LLM_PROVIDER_URL": "http://[::1]:8/v1",
            "LLM_MODEL": "m", "LLM_PROVIDER_KEY": "sk-hunter2",
        ])
        let engines = try Settings(resolved).engines
        #expect(engines.llmOrder == ["openai", "receptionist"] && engines.llmProvider?.key?.value == "sk-hunter2")
        var dumped = ""
        dump(engines, to: &dumped)
        #expect(!dumped.contains("hunter2") && !"\(engines)".contains("hunter2"))
        #expect(resolved[.llmProviderKey].shown == "<redacted>")
    }

    @Test func aStageDelayIsStrongerThanTheOneForAll() throws {
        let mock = try settings(["DEV_MOCK_DELAY_MS": "0", "DEV_MOCK_LLM_DELAY_MS": "70"]).engines.mock
        #expect([mock.sttDelay, mock.llmDelay, mock.ttsDelay] == [.zero, .milliseconds(70), .zero])
    }

    @Test func zeroMeansUnlimitedOrNever() throws {
        let settings = try settings([
            "RATE_LIMIT_MSGS_PER_SEC": "0", "RATE_LIMIT_BYTES_PER_SEC": "0", "RATE_LIMIT_CONN_PER_MIN": "0",
            "IDLE_PROMPT_AFTER_MS": "0", "FALSE_INTERRUPTION_MAX_SPEECH_MS": "0",
        ])
        #expect(settings.limits.messagesPerSecond == nil)
        #expect(settings.limits.bytesPerSecond == nil)
        #expect(settings.limits.connectionsPerMinute == nil)
        #expect(settings.conversation.idlePromptAfter == nil)
        #expect(settings.conversation.falseInterruptionMaxSpeech == nil)
    }

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.1", "tom.example.org", "127.0.0.1.example.org"])
    func anOpenServerNeedsAKey(host: String) throws {
        #expect(problems(["HOST": host]).map(\.key) == ["HOST"])
        let secret = String(repeating: "s", count: 32)
        #expect(try settings(["HOST": host, "JWT_SECRET": secret]).admission.hasKeys)
        #expect(try settings(["HOST": host, "KEYS_FILE": "/etc/tom/keys.json"]).files.keysFile == "/etc/tom/keys.json")
        #expect(
            try settings(["HOST": host, "DEV_ALLOW_NO_JWT": "true"]).warnings.contains {
                $0.contains("DEV_ALLOW_NO_JWT")
            })
    }

    @Test(arguments: ["127.0.0.1", "127.8.9.1", "localhost", "::1", "[::1]"])
    func loopbackNeedsNone(host: String) throws {
        #expect(try settings(["HOST": host]).listening.isLoopback)
    }

    @Test func conflictsAreRefused() {
        #expect(problems(["TLS_CERTIFICATE_FILE": "c.pem"]).map(\.key) == ["TLS_KEY_FILE"])
        #expect(problems(["TLS_KEY_FILE": "k.pem"]).map(\.key) == ["TLS_CERTIFICATE_FILE"])
        #expect(problems(["JWT_SECRET": "s", "JWT_JWKS_FILE": "j"]).map(\.key) == ["JWT_JWKS_FILE"])
    }

    @Test func aShortSecretIsAWarning() throws {
        #expect(try settings(["JWT_SECRET": "short"]).warnings.contains { $0.contains("32 bytes") })
    }

    @Test(arguments: [
        ("WS_ORIGIN_ALLOWLIST", "https://a.example, http://b:8080,*", true),
        ("WS_ORIGIN_ALLOWLIST", "a.example", false),
        ("WS_ORIGIN_ALLOWLIST", "https://a.example/path", false),
        ("WS_IP_ALLOWLIST", "10.0.0.0/8, ::1, 192.0.2.7", true),
        ("WS_IP_ALLOWLIST", "10.0.0.0/33", false), ("WS_IP_ALLOWLIST", "300.1.1.1", false),
        ("DEV_ALLOW_NO_JWT", "Yes", true),
        ("DEV_ALLOW_NO_JWT", "maybe", false), ("HOST", "a b", false), ("PORT", "8080.0", false), ("PORT", "-1", false),
        ("MAX_CALLS", "0", false), ("LOG_LEVEL", "verbose", false),
    ])
    func valuesAreJudgedByTheirKind(name: String, value: String, isGood: Bool) {
        #expect(resolved([name: value]).problems.isEmpty == isGood)
    }

    @Test func aHomeDirectoryIsFilledIn() throws {
        let path = try #require(try settings(["AGENT_FILE": "~/agent.yaml"]).conversation.agentFile)
        #expect(path.hasPrefix("/") && path.hasSuffix("/agent.yaml"))
    }
}

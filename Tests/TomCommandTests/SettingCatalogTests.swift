import Foundation
import Testing

@testable import tom

@Suite struct SettingCatalogTests {
    @Test func namesAreUniqueAndDefaultsFitTheirBounds() {
        #expect(Set(SettingCatalog.all.map(\.name)).count == SettingCatalog.all.count)
        for key in SettingCatalog.all {
            #expect(key.standard.flatMap(key.kind.objection) == nil, "\(key.name)")
            #expect(key.standard != nil || key.absence != nil, "\(key.name) says nothing about its absence")
        }
    }

    @Test func theContractsNamesAreThere() {
        let names = [
            "REALTIME_STT", "REALTIME_LLM", "REALTIME_TTS", "DEV_ALLOW_NO_JWT", "JWT_SECRET", "JWT_JWKS_FILE",
            "JWT_ISSUER",
            "JWT_AUDIENCE", "JWT_MAX_TTL_SECONDS", "DEV_MOCK_STT_DELAY_MS", "DEV_MOCK_LLM_DELAY_MS",
            "DEV_MOCK_TTS_DELAY_MS",
            "DEV_MOCK_DELAY_MS", "DEV_MOCK_TTS_AUDIO_MS", "VAD", "ENDPOINTING_MIN_DELAY_MS", "ENDPOINTING_MAX_DELAY_MS",
            "INTERRUPTION_MIN_SPEECH_MS", "RATE_LIMIT_MSGS_PER_SEC", "RATE_LIMIT_BYTES_PER_SEC",
            "RATE_LIMIT_CONN_PER_MIN",
            "WS_ORIGIN_ALLOWLIST", "WS_IP_ALLOWLIST", "AGENT_GREETING", "MAX_CALLS", "EVENT_LOOPS", "LOG_LEVEL",
            "LOG_FORMAT",
        ]
        #expect(names.filter { SettingCatalog.key(named: $0) == nil } == [])
    }

    @Test func theDocumentsAreFresh() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let markdown = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
        #expect(markdown == SettingsDocument.markdown, "run: tom config --markdown > docs/configuration.md")
        let example = try String(contentsOf: root.appending(path: "tom.env.example"), encoding: .utf8)
        #expect(example == SettingsDocument.environmentExample, "run: tom config --env-example > tom.env.example")
    }

    @Test func theExampleIsAFileOfDefaults() {
        let live = SettingsDocument.environmentExample.split(separator: "\n")
            .map { line in
                let body = line.dropFirst()
                return line.hasPrefix("#") && body.first?.isUppercase == true && body.contains("=")
                    ? String(body) : String(line)
            }
        let file = EnvironmentFile(name: "tom.env", text: live.joined(separator: "\n"))
        #expect(file.problems == [])
        #expect(Set(file.entries.map(\.key)) == Set(SettingCatalog.all.map(\.name)))
        let resolved = SettingSources(file: file).resolve()
        #expect(resolved.problems == [])
        #expect(resolved.all.map(\.text) == SettingSources().resolve().all.map(\.text))
    }

    @Test(arguments: [("MAX_CALL", "MAX_CALLS"), ("max_calls", "MAX_CALLS"), ("REALTIME_SST", "REALTIME_STT")])
    func aNearMissIsRecognised(name: String, setting: String) {
        #expect(SettingNames.nearest(to: name) == setting)
    }

    @Test(arguments: [
        "TOM_X", "REALTIME_X", "STT_X", "VAD_X", "TURN_END_X", "SHERPA_X", "ONNXRUNTIME_X", "SPECULATION_X", "FILLER_X",
        "FAILOVER_X", "ENGINE_CONNECT_X", "TOOL_TIMEOUT_X", "PRICES_X", "DEV_MOCK_X", "DEV_ALLOW_X", "RATE_LIMIT_X",
        "FALSE_INTERRUPTION_X", "IDLE_PROMPT_X", "AGENT_X", "MODELS_X", "ESPEAK_X", "TLS_X",
    ])
    func whatBeginsLikeASettingLooksLikeOne(name: String) {
        #expect(SettingNames.looksLikeOurs(name))
    }

    @Test(arguments: [
        "ENGINE_COLOUR", "DATA_WAREHOUSE", "LOG_SHIPPER_URL", "MAX_CONNECTIONS", "TURN_SERVER", "TOOL_BOX",
        "COST_CENTRE",
        "ALLOW_SIGNUP", "EVENT_BUS", "DEV_SERVER",
    ])
    func whatOthersBeginLikewiseIsLeftToThem(name: String) {
        #expect(!SettingNames.looksLikeOurs(name) && SettingNames.mayBeOurs(name))
        let file = SettingSources(dotEnv: EnvironmentFile(name: ".env", text: "\(name)=x")).resolve()
        #expect(file.problems.isEmpty && file.warnings.count == 1)
        #expect(file.warnings.first?.hasPrefix("\(name) in .env line 1 is no setting of TOM") == true)
        #expect(SettingSources(environment: [name: "x"]).resolve().warnings.isEmpty)
    }

    @Test func namesOfOthersGetNoWord() {
        let file = EnvironmentFile(name: ".env", text: "COMPOSE_FILE=x\nTURN=x\nTOOL_SECRET_SHOP=x\nDATA_DIR=x")
        let resolved = SettingSources(dotEnv: file).resolve()
        #expect(resolved.problems.isEmpty && resolved.warnings.isEmpty)
    }

    @Test func distancesAreLevenshteins() {
        #expect(SettingNames.distance("KITTEN", "SITTEN") == 1)
        #expect(SettingNames.distance("ABC", "ACB") == 2)
        #expect(SettingNames.distance("", "AB") == 2)
        #expect(SettingNames.nearest(to: "PATH") == nil)
    }
}

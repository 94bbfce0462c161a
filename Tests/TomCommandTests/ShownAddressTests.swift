import Testing
import TomEngines
import TomProviders

@testable import tom

/// Keys that stand in addresses are shown nowhere, and `tom doctor` sees whether an address and a model are right.
@Suite struct ShownAddressTests {
    @Test(arguments: [
        ("https://h/v1?key=sk-hunter2", "https://h/v1?key=…"),
        ("https://h/v1?api-version=2024-10-21&key=hunter2", "https://h/v1?api-version=…&key=…"),
        ("https://h/v1?hunter2", "https://h/v1?…"), ("https://h/v1#hunter2", "https://h/v1#…"),
        ("https://h/v1?a=1#hunter2", "https://h/v1?a=…"), ("https://hunter2:pw@h:1/v1", "https://h:1/v1"),
        ("https://u:p/hunter2@h/v1", "https://h/v1"), ("https://u:p@hunter2@h/v1?k=hunter2", "https://h/v1?k=…"),
        ("https://bob:hunter?2@h/v1", "https://h/v1"), ("https://bob:hunter#2@h/v1", "https://h/v1"),
        ("https://h:8/v1?from=a@b", "https://h:8/v1?from=…"),
        ("hunter2:pw@h/v1", "h/v1"), ("tcp://[::1]:10300", "tcp://[::1]:10300"), ("http://a:8/v1/", "http://a:8/v1/"),
    ])
    func anAddressIsShownWithoutWhatMayBeAKey(url: String, shown: String) {
        #expect(SettingValue.shown(url: url) == shown)
    }

    @Test func everySettingOfAnAddressIsShownSo() throws {
        let keys = SettingCatalog.all.filter { $0.name.hasSuffix("_URL") }
        #expect(keys.count == 7)
        for key in keys {
            let all = SettingSources(environment: [key.name: "https://u:hunter2@h/v1?key=hunter2"]).resolve()
            #expect(all[key].shown == "https://h/v1?key=…")
            #expect(!(try ScriptOutput.json(SettingList(all, warnings: []))).contains("hunter2"))
            let bad = SettingSources(environment: [key.name: "https://u:hunter2@h/\0"]).resolve()
            #expect(bad.problems.count == 1 && !bad.problems[0].description.contains("hunter2"))
        }
    }

    @Test func aBadAddressIsToldWithoutIt() {
        let environment = [
            "REALTIME_TTS": "provider", "TTS_ENGINE": "wyoming", "TTS_WYOMING_URL": "tcp://u:hunter2@h:1",
        ]
        let error = #expect(throws: SettingsError.self) {
            try Settings(SettingSources(environment: environment).resolve())
        }
        #expect(error?.message.contains("tcp://h:1") == true && error?.message.contains("hunter2") == false)
    }

    private func engines(_ url: String) throws -> Settings.Engines {
        try Settings(
            SettingSources(environment: [
                "REALTIME_LLM": "provider", "LLM_ENGINE": "openai", "LLM_PROVIDER_URL": url, "LLM_MODEL": "llama3.2",
            ]).resolve()
        ).engines
    }

    @Test func aUserInAnAddressIsAnErrorOfItsOwn() async throws {
        let engines = try engines("https://u:hunter2@127.0.0.1:1/v1?key=hunter2")
        let found = await EngineChecks(engines: engines, agent: nil).reach(engines.llmProvider, "llm")
        #expect(found.status == .failed)
        #expect(
            found.detail == "https://127.0.0.1:1/v1?key=…: The provider's URL holds the name or password of a user.")
        #expect(found.fix == "Remove them, and put the key into LLM_PROVIDER_KEY.")
    }

    private func finding(of listing: ModelListing) throws -> Finding {
        let provider = try #require(try engines("http://127.0.0.1:11434?key=hunter2").llmProvider)
        return EngineChecks.finding(of: listing, provider, "llm")
    }

    @Test func anAddressWithoutAModelListIsAWarning() throws {
        let found = try finding(of: .absent(url: "http://127.0.0.1:11434/models"))
        #expect(found.status == .warning)
        #expect(
            found.detail
                == "http://127.0.0.1:11434?key=… answers, and there is no model list at http://127.0.0.1:11434/models")
        #expect(
            found.fix
                == "Check the path of LLM_PROVIDER_URL, which usually ends in /v1: http://127.0.0.1:11434/v1.")
    }

    @Test func aModelThatIsNotListedIsAWarning() throws {
        let found = try finding(of: .models(["qwen", "a\u{1B}[31m", "llama3.1"]))
        #expect(found.status == .warning && found.detail.hasSuffix("does not list the model llama3.2"))
        #expect(found.fix == "Set LLM_MODEL to one that it lists, such as qwen, llama3.1.")
        #expect(try finding(of: .models([])).fix == "Set LLM_MODEL to one that it lists.")
        #expect(try finding(of: .models(["llama3.2:latest"])).status == .ok)
        #expect(try finding(of: .unasked).status == .ok)
    }
}

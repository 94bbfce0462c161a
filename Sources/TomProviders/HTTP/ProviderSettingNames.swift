/// What an engine's settings are called, for hints: only those that are in force, so that following a hint changes something.
public struct ProviderSettingNames: Sendable, Equatable {
    /// Of the engine's address.
    public let url: String
    /// Of its key; `nil` where it is asked without one.
    public let key: String?
    /// Of its model; `nil` where it is asked for none.
    public let model: String?
    /// What the address looks like.
    public let example: String
    /// What the address is of: `an OpenAI-compatible API`.
    public let api: String

    public init(url: String, key: String?, model: String?, example: String, api: String) {
        self.url = url
        self.key = key
        self.model = model
        self.example = example
        self.api = api
    }

    /// What to look at when the provider does not know what it is asked for.
    var checked: String { model.map { "\(url) and \($0)" } ?? url }

    /// Those of an OpenAI-compatible engine.
    /// - Parameter stage: `stt`, `llm` or `tts`.
    public static func openAI(_ stage: String) -> ProviderSettingNames {
        let prefix = stage.uppercased()
        return ProviderSettingNames(
            url: "\(prefix)_PROVIDER_URL", key: "\(prefix)_PROVIDER_KEY",
            model: stage == "llm" ? "LLM_MODEL" : "\(prefix)_PROVIDER_MODEL", example: "http://127.0.0.1:11434/v1",
            api: "an OpenAI-compatible API")
    }

    /// Those of a model that hears and speaks.
    public static let realtime = ProviderSettingNames(
        url: "LLM_PROVIDER_URL", key: "LLM_PROVIDER_KEY", model: "LLM_MODEL", example: "https://api.openai.com/v1",
        api: "a Realtime API")

    /// Those of Deepgram.
    public static func deepgram(url: String, key: String, model: String) -> ProviderSettingNames {
        ProviderSettingNames(
            url: url, key: key, model: model, example: "https://api.deepgram.com", api: "Deepgram's API")
    }

    /// Those of Piper's own server.
    public static func piper(url: String) -> ProviderSettingNames {
        ProviderSettingNames(
            url: url, key: nil, model: nil, example: "http://127.0.0.1:5000", api: "Piper's HTTP server")
    }

    /// What an agent file says of a tool.
    static func tool(_ name: String) -> ProviderSettingNames {
        ProviderSettingNames(
            url: "the URL of the tool \(name)", key: "the fields of the tool that name secrets", model: nil,
            example: "https://example.org/path", api: "a tool")
    }
}

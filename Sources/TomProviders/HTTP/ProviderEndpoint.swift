public import TomEngines
import TomErrors

/// Where an engine behind HTTP is, and the key it is asked with.
public struct ProviderEndpoint: Sendable {
    /// Without a slash at its end: `https://api.openai.com/v1`.
    let base: String
    /// What follows the path: `api-version=2024-10-21`, or nothing.
    let query: String
    let host: String
    let key: String?
    let names: ProviderSettingNames
    /// Azure's own services take the key in a header of their own.
    private let isAzure: Bool

    /// - Parameters:
    ///   - url: base URL of the API with scheme `http` or `https`; a query in it is sent with every request.
    ///   - key: sent as a bearer token, or as Azure's `api-key`; `nil` for none.
    ///   - stage: `stt`, `llm` or `tts`: how the error's code begins.
    ///   - names: what hints name; `nil` for the settings of an OpenAI-compatible engine.
    /// - Throws: `<stage>.bad_url`.
    public init(
        url: String, key: String?, stage: String, names: ProviderSettingNames? = nil
    ) throws(EngineError) {
        self.names = names ?? .openAI(stage)
        // A name and password in the address would be shown wherever the address is.
        guard !Self.holdsUser(url) else {
            throw EngineError(
                code: "\(stage).bad_url", message: "The provider's URL holds the name or password of a user.",
                hint: self.names.key.map { "Remove them, and put the key into \($0)." } ?? "Remove them.",
                category: .invalidRequest)
        }
        guard let scheme = ["https://", "http://"].first(where: { url.lowercased().hasPrefix($0) }),
            let host = Self.host(of: url.dropFirst(scheme.count)), !url.contains("#")
        else {
            throw EngineError(
                code: "\(stage).bad_url", message: "The provider's URL is not an http or https address.",
                hint: "Write \(self.names.url) as \(self.names.example).", category: .invalidRequest)
        }
        let parts = url.split(separator: "?", maxSplits: 1)
        var base = String(parts[0])
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        query = parts.count > 1 ? String(parts[1]) : ""
        self.host = host
        self.key = key
        isAzure = [".openai.azure.com", ".cognitiveservices.azure.com"].contains { host.hasSuffix($0) }
    }

    /// Whether an address holds the name or password of a user, also one that is not written as an address has to be: with a
    /// slash, question mark or hash in the password.
    public static func holdsUser(_ url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        if authority.contains("@") { return true }
        guard !authority.hasPrefix("["), let colon = authority.lastIndex(of: ":") else { return false }
        return url.contains("@") && !authority[authority.index(after: colon)...].allSatisfy(\.isNumber)
    }

    /// The host alone, without port and brackets; `nil` when there is none.
    private static func host(of rest: Substring) -> String? {
        let authority = rest.prefix { !"/?#".contains($0) }.lowercased()
        if authority.hasPrefix("[") {
            let inner = authority.dropFirst().prefix { $0 != "]" }
            return inner.isEmpty ? nil : String(inner)
        }
        let host = authority.prefix { $0 != ":" }
        return host.isEmpty || authority.contains(where: \.isWhitespace) ? nil : String(host)
    }

    /// Whether the API has a list of its models below the address. Azure OpenAI has none below a deployment.
    var listsModels: Bool { !isAzure }

    /// The URL of `path`, which begins with a slash.
    func url(_ path: String) -> String { base + path + (query.isEmpty ? "" : "?" + query) }

    /// The header field that proves who asks; `nil` without a key.
    var authorization: (name: String, value: String)? {
        key.map { isAzure ? ("api-key", $0) : ("Authorization", "Bearer \($0)") }
    }
}

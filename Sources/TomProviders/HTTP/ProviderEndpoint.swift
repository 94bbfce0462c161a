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
    /// Azure's own services take the key in a header of their own.
    private let isAzure: Bool

    /// - Parameters:
    ///   - url: base URL of the API with scheme `http` or `https`; a query in it is sent with every request.
    ///   - key: sent as a bearer token, or as Azure's `api-key`; `nil` for none.
    ///   - stage: `stt`, `llm` or `tts`: how the error's code begins.
    /// - Throws: `<stage>.bad_url`.
    public init(url: String, key: String?, stage: String) throws(EngineError) {
        guard let scheme = ["https://", "http://"].first(where: { url.lowercased().hasPrefix($0) }),
            let host = Self.host(of: url.dropFirst(scheme.count)), !url.contains("#")
        else {
            throw EngineError(
                code: "\(stage).bad_url", message: "The provider's URL is not an http or https address.",
                hint: "Write it as http://127.0.0.1:11434/v1.", category: .invalidRequest)
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

    /// The host alone, without port, user and brackets; `nil` when there is none.
    private static func host(of rest: Substring) -> String? {
        let authority = rest.prefix { !"/?#".contains($0) }.lowercased()
        if authority.hasPrefix("[") {
            let inner = authority.dropFirst().prefix { $0 != "]" }
            return inner.isEmpty ? nil : String(inner)
        }
        let host = authority.prefix { $0 != ":" }
        // A name and password in the address would be shown wherever the address is.
        return host.isEmpty || authority.contains("@") || authority.contains(where: \.isWhitespace) ? nil : String(host)
    }

    /// The URL of `path`, which begins with a slash.
    func url(_ path: String) -> String { base + path + (query.isEmpty ? "" : "?" + query) }

    /// The header field that proves who asks; `nil` without a key.
    var authorization: (name: String, value: String)? {
        key.map { isAzure ? ("api-key", $0) : ("Authorization", "Bearer \($0)") }
    }
}

public import TomEngines
import TomErrors

/// Where a server of the Wyoming protocol is.
public struct WyomingEndpoint: Sendable, Equatable {
    /// A name or address, without brackets.
    public let host: String
    public let port: Int
    /// Name of the setting that says so, for hints.
    let setting: String

    /// - Parameters:
    ///   - url: `tcp://host:port`; an IPv6 address stands in brackets.
    ///   - stage: `stt` or `tts`: how the error's code begins.
    ///   - setting: name of the setting that holds `url`; `nil` for the engine's own.
    /// - Throws: `<stage>.bad_url`.
    public init(url: String, stage: String, setting: String? = nil) throws(EngineError) {
        self.setting = setting ?? "\(stage.uppercased())_WYOMING_URL"
        guard let endpoint = Self.parse(url) else {
            throw EngineError(
                code: "\(stage).bad_url", message: "The Wyoming server's URL is not a tcp address with a port.",
                hint: "Write \(self.setting) as \(Self.example(stage: stage)).", category: .invalidRequest)
        }
        (host, port) = endpoint
    }

    /// Where the servers of a stage usually listen.
    public static func example(stage: String) -> String { "tcp://127.0.0.1:\(stage == "stt" ? 10_300 : 10_200)" }

    private static func parse(_ url: String) -> (String, Int)? {
        guard url.lowercased().hasPrefix("tcp://") else { return nil }
        var rest = url.dropFirst(6)
        if rest.hasSuffix("/") { rest.removeLast() }
        guard let colon = rest.lastIndex(of: ":"), let port = Int(rest[rest.index(after: colon)...]),
            (1...65_535).contains(port)
        else { return nil }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        let isName = !host.isEmpty && !host.contains { $0.isWhitespace || "/?#@[]".contains($0) }
        return isName ? (String(host), port) : nil
    }
}

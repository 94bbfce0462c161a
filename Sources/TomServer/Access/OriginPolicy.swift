import Foundation

/// Which web pages may open a WebSocket here. Browsers do not protect WebSockets by the same-origin policy, so the server
/// has to look at `Origin` (RFC 6455 section 10.2).
struct OriginPolicy: Sendable, Equatable {
    /// Origins such as `https://example.org`, compared without case; `*` allows every page. Empty: pages of this server and
    /// of loopback addresses.
    var allowed: [String] = []

    /// - Parameters:
    ///   - origin: the header's value; `nil` when absent, as it is from everything that is not a browser.
    ///   - host: the request's `Host`.
    func allows(origin: String?, host: String?) -> Bool {
        guard let origin else { return true }
        guard allowed.isEmpty else {
            return allowed.contains("*") || allowed.contains { $0.lowercased() == origin.lowercased() }
        }
        guard let page = HostPort(origin: origin) else { return false }
        if page.isLoopback { return true }
        guard let host, let own = HostPort(host, defaultPort: page.defaultPort) else { return false }
        return own.host == page.host && own.port == page.port
    }
}

/// The host and port of an authority.
struct HostPort: Sendable, Equatable {
    /// Lower case, without brackets.
    let host: String
    let port: Int
    /// The port of the origin's scheme.
    let defaultPort: Int

    /// Reads `name`, `name:port`, `[v6]` or `[v6]:port`.
    init?(_ authority: String, defaultPort: Int) {
        var rest = Substring(authority)
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<end].lowercased()
            rest = rest[rest.index(after: end)...]
        } else {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            host = rest[..<end].lowercased()
            rest = rest[end...]
        }
        guard !host.isEmpty, !host.contains("/"), !host.contains("@") else { return nil }
        self.defaultPort = defaultPort
        if rest.isEmpty {
            port = defaultPort
        } else {
            guard rest.first == ":", let number = Int(rest.dropFirst()), (1...65_535).contains(number) else {
                return nil
            }
            port = number
        }
    }

    /// Reads a serialised origin (RFC 6454 section 6.2) of http or https.
    init?(origin: String) {
        let lower = origin.lowercased()
        if lower.hasPrefix("http://") {
            self.init(String(lower.dropFirst(7)), defaultPort: 80)
        } else if lower.hasPrefix("https://") {
            self.init(String(lower.dropFirst(8)), defaultPort: 443)
        } else {
            return nil
        }
    }

    /// Whether the host is `localhost`, a name below it, or a loopback address (RFC 6761 section 6.3).
    var isLoopback: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || IPAddress(host)?.isLoopback == true
    }
}

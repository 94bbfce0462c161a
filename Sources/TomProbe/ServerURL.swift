import Foundation

/// Where the server is: `ws://host:port` or `wss://host:port`, perhaps with a path in front of TOM's own.
public struct ServerURL: Sendable, Hashable, CustomStringConvertible {
    public let isSecure: Bool
    public let host: String
    public let port: Int
    /// What precedes `/ws/stream/`; empty or beginning with a slash.
    public let prefix: String

    /// Reads an address; `http` and `https` are taken for their WebSocket counterparts.
    /// - Throws: ``ProbeError`` `probe.bad_url`.
    public init(_ text: String) throws(ProbeError) {
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(), let host = url.host,
            !host.isEmpty, ["ws", "wss", "http", "https"].contains(scheme), url.user == nil, url.query == nil
        else { throw .badURL(text) }
        isSecure = scheme == "wss" || scheme == "https"
        // URLComponents keeps the brackets of an IPv6 address, which the resolver does not take.
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = url.port ?? (isSecure ? 443 : 80)
        prefix = url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path
        guard (1...65_535).contains(port) else { throw .badURL(text) }
    }

    /// The request target of the call `callID`.
    func path(callID: String) -> String { "\(prefix)/ws/stream/\(callID)" }

    /// The `Host` header.
    var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    public var description: String { "\(isSecure ? "wss" : "ws")://\(authority)\(prefix)" }
}

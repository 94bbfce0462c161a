import Foundation

/// The hosts on which clients may name tool servers. A client is let in to talk, not to have TOM ask any address of its network:
/// the operator names those that may be asked.
public struct ToolHosts: Sendable, Equatable {
    private var entries: Set<String> = []

    /// - Parameter entries: names or addresses, with a port behind a colon where only that is meant; `*` for every host. None
    ///   of them: no host at all.
    public init(_ entries: [String]) { self.entries = Set(entries.map { $0.lowercased() }) }

    /// Whether the server at `url` may be asked.
    /// - Parameter host: of the URL, without brackets.
    func allows(host: String, at url: URL) -> Bool {
        if entries.contains("*") { return true }
        let host = host.lowercased()
        let port = url.port ?? (url.scheme?.lowercased() == "https" ? 443 : 80)
        let names = host.contains(":") ? [host, "[\(host)]", "[\(host)]:\(port)"] : [host, "\(host):\(port)"]
        return names.contains { entries.contains($0) }
    }
}

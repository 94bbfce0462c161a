import Glibc
import TomProviders

/// The spellings that setting values may have.
enum SettingValue {
    /// `true`, `yes`, `on`, `1` and their opposites in any case; `nil` for anything else.
    static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    /// `url` for people's eyes, without what may be a key: a user's name and password, the values of the query.
    static func shown(url: String) -> String {
        let url = withoutUser(url)
        let shown = String(url.prefix { $0 != "?" && $0 != "#" })
        let rest = url.dropFirst(shown.count)
        guard rest.hasPrefix("?") else { return rest.isEmpty ? shown : shown + "#…" }
        let fields = rest.dropFirst().split(separator: "&").map { field in
            field.contains("=") ? "\(field.prefix { $0 != "=" })=…" : "…"
        }
        return shown + "?" + fields.joined(separator: "&")
    }

    private static func withoutUser(_ url: String) -> String {
        let query = url.firstIndex { $0 == "?" || $0 == "#" } ?? url.endIndex
        let end = ProviderEndpoint.holdsUser(url) ? url.endIndex : query
        // The last of them: a password may hold slashes, question marks and more of them.
        guard let at = url[..<end].lastIndex(of: "@") else { return url }
        let scheme = url.firstRange(of: "://").map { url[..<$0.upperBound] } ?? ""
        return String(scheme + url[url.index(after: at)...])
    }

    /// Whether `text`, which may be a voice's name too, is the path of one.
    static func isPath(_ text: String) -> Bool { text.contains("/") || text.hasSuffix(".onnx") }

    /// The elements of a comma-separated list, without surrounding blanks; empty elements are left out.
    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { trim($0) }.filter { !$0.isEmpty }
    }

    /// Whether `text` is a serialised origin of RFC 6454 section 6.2: scheme, host and perhaps a port, nothing behind
    /// them;
    /// or `*` for all.
    static func isOrigin(_ text: String) -> Bool {
        if text == "*" { return true }
        let host: Substring
        if text.hasPrefix("https://") {
            host = text.dropFirst(8)
        } else if text.hasPrefix("http://") {
            host = text.dropFirst(7)
        } else {
            return false
        }
        return !host.isEmpty && !host.contains { $0.isWhitespace || "/?#@".contains($0) }
    }

    /// Whether `text` is an IPv4 or IPv6 address, alone or with a prefix length (RFC 4632 section 3.1).
    static func isAddressRange(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let width = addressWidth(String(parts[0])) else { return false }
        guard parts.count == 2 else { return true }
        guard let length = Int(parts[1]) else { return false }
        return (0...width).contains(length)
    }

    /// Whether only this machine can reach a server that listens on `host`.
    static func isLoopback(_ host: String) -> Bool {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if bare == "localhost" || bare == "::1" { return true }
        return addressWidth(bare) == 32 && bare.hasPrefix("127.")
    }

    /// `text` without blanks at either end.
    static func trim(_ text: some StringProtocol) -> String {
        var rest = text[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }

    /// 32 for an IPv4 address, 128 for an IPv6 address, `nil` for anything else.
    private static func addressWidth(_ text: String) -> Int? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return 32 }
        var six = in6_addr()
        return inet_pton(AF_INET6, text, &six) == 1 ? 128 : nil
    }
}

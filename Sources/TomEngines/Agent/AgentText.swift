/// Placeholders in the texts of an agent file: `{fact}`, `{agent}`, `{weekday}` and, in a slot's read-back, the slot.
enum AgentText {
    static let weekday = "{weekday}"

    /// A text cut at its placeholders; `nil` when a brace is not closed, not opened, or empty inside.
    static func parts(_ text: String) -> [Part]? {
        var parts: [Part] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else { return nil }
            let name = rest[rest.index(after: open)..<close]
            guard !name.isEmpty, !name.contains("{") else { return nil }
            if open > rest.startIndex { parts.append(.words(String(rest[..<open]))) }
            parts.append(.placeholder(String(name)))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.words(String(rest))) }
        return parts
    }

    enum Part: Equatable {
        case words(String)
        case placeholder(String)
    }

    /// `text` with each placeholder that `values` names filled in, and the others left as they are.
    static func fill(_ text: String, _ values: [String: String]) -> String {
        guard let parts = parts(text) else { return text }
        return parts.map { part in
            switch part {
            case .words(let words): words
            case .placeholder(let name): values[name] ?? "{\(name)}"
            }
        }.joined()
    }
}

/// One setting: everything that reading, checking, showing and documenting it follows from.
struct SettingKey: Sendable, Equatable {
    /// The name in the environment and in files, such as `MAX_CALLS`.
    let name: String
    let kind: Kind
    /// What counts when nobody sets it, in the spelling of a file; `nil` where there is no value then.
    let standard: String?
    /// What a missing value means, for readers: `one per core`; `nil` when `standard` says it all.
    let absence: String?
    /// One or two sentences for the documents.
    let meaning: String
    /// Whether the value must not be shown, logged or echoed.
    let isSecret: Bool
    /// The command-line flag that sets it, `--port`; `nil` when there is none. Never set for a secret.
    let flag: String?

    init(
        _ name: String, _ kind: Kind, default standard: String? = nil, absence: String? = nil, secret: Bool = false,
        flag: String? = nil, _ meaning: String
    ) {
        precondition(!(secret && flag != nil), "a secret has no flag: the process list would show it")
        self.name = name
        self.kind = kind
        self.standard = standard
        self.absence = absence
        self.meaning = meaning
        self.isSecret = secret
        self.flag = flag
    }

    /// What a value looks like, and its bounds.
    enum Kind: Sendable, Equatable {
        case boolean
        /// A whole number within `range`.
        case integer(ClosedRange<Int>)
        /// One of a closed set of words.
        case word([String])
        /// Some of a closed set of words, each once, comma-separated in order.
        case order([String])
        case text
        /// Where a server is; what may be a key in it is not shown.
        case url
        /// A file or directory; a leading `~/` is the home directory.
        case path
        /// A path, or the name of a model that `tom models` added.
        case model
        /// A host name or address to listen on.
        case host
        /// Comma-separated web origins, `https://example.org`.
        case origins
        /// Comma-separated addresses or CIDR ranges, `10.0.0.0/8`.
        case addresses
        /// Comma-separated host names or addresses, each perhaps with a port, or `*`.
        case hosts
    }
}

extension SettingKey.Kind {
    /// The bound in words, for documents and errors.
    var bound: String {
        switch self {
        case .boolean: "true or false"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .word(let words): words.joined(separator: " | ")
        case .order(let words): "one or more of \(words.joined(separator: ", ")), comma-separated in order"
        case .text: "text"
        case .url: "a URL"
        case .path: "a path"
        case .model: "a path, or the name of a model in MODELS_DIR"
        case .host: "a host name or IP address"
        case .origins: "comma-separated origins such as https://example.org"
        case .addresses: "comma-separated IP addresses or CIDR ranges"
        case .hosts: "comma-separated hosts such as mcp.example.org or 127.0.0.1:9001, or *"
        }
    }

    /// Why `value` does not fit, or `nil` when it does.
    func objection(to value: String) -> String? {
        switch self {
        case .boolean: SettingValue.boolean(value) == nil ? "is neither true nor false" : nil
        case .integer(let range): Self.objection(to: value, in: range)
        case .word(let words): words.contains(value) ? nil : "is not one of the known words"
        case .order(let words): Self.objection(to: SettingValue.list(value), among: words)
        case .text, .url, .path, .model: value.contains("\0") ? "holds a NUL byte" : nil
        case .host: value.contains(where: { $0.isWhitespace || $0 == "/" }) ? "is not a host name or address" : nil
        case .origins:
            SettingValue.list(value).first { !SettingValue.isOrigin($0) }.map {
                "holds “\($0)”, which is not an origin"
            }
        case .addresses:
            SettingValue.list(value).first { !SettingValue.isAddressRange($0) }
                .map { "holds “\($0)”, which is neither an address nor a CIDR range" }
        case .hosts:
            SettingValue.list(value).first { $0.contains { $0.isWhitespace || "/?#@".contains($0) } }
                .map { "holds “\($0)”, which is not a host" }
        }
    }

    private static func objection(to list: [String], among words: [String]) -> String? {
        if let unknown = list.first(where: { !words.contains($0) }) { return "holds “\(unknown)”, which is not known" }
        return list.isEmpty ? "names nothing" : Set(list).count < list.count ? "names one twice" : nil
    }

    private static func objection(to value: String, in range: ClosedRange<Int>) -> String? {
        guard let number = Int(value) else { return "is not a whole number" }
        return range.contains(number) ? nil : "is out of bounds"
    }
}

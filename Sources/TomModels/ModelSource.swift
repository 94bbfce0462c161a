import Foundation

/// Where a file comes from: a path of this machine, or an address.
public enum ModelSource: Sendable, Equatable {
    case file(String)
    case url(String)

    /// Takes `http://` and `https://` as addresses and anything else as a path.
    /// - Throws: `models.bad_source` for an address without a host, or with a name and password.
    public init(_ text: String) throws(ModelError) {
        guard let scheme = text.firstRange(of: "://").map({ text[..<$0.lowerBound].lowercased() }) else {
            self = .file(text)
            return
        }
        if scheme == "file" {
            guard let url = URL(string: text), url.host() ?? "" == "" else { throw Self.bad(text) }
            self = .file(url.path(percentEncoded: false))
            return
        }
        guard ["http", "https"].contains(scheme), let url = URLComponents(string: text), let host = url.host,
            !host.isEmpty,
            url.user == nil, url.password == nil
        else { throw Self.bad(text) }
        self = .url(text)
    }

    private static func bad(_ text: String) -> ModelError {
        ModelError(
            "bad_source", "the source is neither a path nor an http or https address without a password.",
            hint: "Write it as https://host/path/file.onnx or /path/file.onnx.")
    }

    /// The last part of the path.
    public var fileName: String {
        switch self {
        case .file(let path): String(path.split(separator: "/").last ?? "")
        case .url(let url):
            URLComponents(string: url)?.path.split(separator: "/").last.map(String.init) ?? ""
        }
    }

    /// The source of `name` below this one.
    func appending(_ name: String) -> ModelSource {
        func joined(_ base: String) -> String { base.hasSuffix("/") ? base + name : "\(base)/\(name)" }
        switch self {
        case .file(let path): return .file(joined(path))
        case .url(let url): return .url(joined(url))
        }
    }
}

public import Foundation
public import TomErrors
import TomStore

/// The file with the keys of the API, as `tom keys` writes and the server reads it. Every method blocks on the disk.
public struct APIKeyFile: Sendable {
    private struct Contents: Codable {
        var version = 1
        var keys: [APIKey] = []
    }

    private let file: ReplacedFile

    /// The longest file that is read, in bytes: some thousands of keys.
    static let maxBytes = 4 << 20

    /// - Parameter path: it need not exist.
    public init(path: String) { file = ReplacedFile(path: path) }

    public var path: String { file.path }

    /// Makes the directory the file is in, for its owner alone; one that is there stays as it is.
    /// - Throws: ``KeyError``.
    public func makeDirectory() throws(KeyError) {
        let directory = URL(filePath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw .directory(directory) }
    }

    /// The keys, in the order of their making.
    /// - Throws: ``KeyError``.
    public func keys() throws(KeyError) -> [APIKey] { try read()?.keys ?? [] }

    /// Makes a key and writes it down before returning.
    /// - Returns: the key as it is kept, and the token that nobody will see again.
    /// - Throws: ``KeyError``.
    public func add(
        name: String, scopes: [APIScope], expires: Date?, at now: Date
    ) throws(KeyError) -> (key: APIKey, token: String) {
        var generator = SystemRandomNumberGenerator()
        let token = APIKey.randomToken(prefix: APIKey.prefix, using: &generator)
        let id = "key_" + String(format: "%016lx", generator.next() as UInt64)
        let key = APIKey(
            id: id, name: name, scopes: scopes, sha256: APIKey.hash(token), created: Self.wholeSeconds(now),
            expires: expires.map(Self.wholeSeconds))
        try update { $0.append(key) }
        return (key, token)
    }

    /// Takes a key out and returns when that is on the disk.
    /// - Throws: ``KeyError``; `keys.unknown` when no key has this id.
    public func revoke(id: String) throws(KeyError) -> APIKey {
        guard try stamp() != nil else { throw .unknown(id) }
        var revoked: APIKey?
        try update { keys in
            revoked = keys.first { $0.id == id }
            keys.removeAll { $0.id == id }
        }
        guard let revoked else { throw .unknown(id) }
        return revoked
    }

    func stamp() throws(KeyError) -> ReplacedFile.Stamp? {
        do throws(StoreError) { return try file.stamp() } catch { throw KeyError(error) }
    }

    /// The keys and the state of the file that they are of; `nil` when there is none.
    func read() throws(KeyError) -> (keys: [APIKey], stamp: ReplacedFile.Stamp)? {
        let read: (bytes: [UInt8], stamp: ReplacedFile.Stamp)?
        do throws(StoreError) { read = try file.read(maxBytes: Self.maxBytes) } catch { throw KeyError(error) }
        guard let read else { return nil }
        return (try decode(read.bytes), read.stamp)
    }

    private func update(_ change: (inout [APIKey]) -> Void) throws(KeyError) {
        var broken: KeyError?
        do throws(StoreError) {
            try file.update(maxBytes: Self.maxBytes) { bytes in
                do throws(KeyError) {
                    var keys = try bytes.map { (bytes) throws(KeyError) in try decode(bytes) } ?? []
                    change(&keys)
                    return encode(keys)
                } catch {
                    broken = error
                    return nil
                }
            }
        } catch { throw KeyError(error) }
        if let broken { throw broken }
    }

    private func decode(_ bytes: [UInt8]) throws(KeyError) -> [APIKey] {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let contents = try? decoder.decode(Contents.self, from: Data(bytes)), contents.version == 1 else {
            throw .malformed(path)
        }
        return contents.keys
    }

    private func encode(_ keys: [APIKey]) -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return (try? encoder.encode(Contents(keys: keys))).map { [UInt8]($0) + [UInt8(ascii: "\n")] }
    }

    /// As the file writes times.
    private static func wholeSeconds(_ date: Date) -> Date {
        Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down))
    }
}

/// Why the key file cannot be used.
public struct KeyError: DescribedError, Equatable {
    public let code: String
    public let message: String
    public let hint: String?
    public let category: ErrorCategory

    private init(_ code: String, _ message: String, hint: String?, _ category: ErrorCategory) {
        self.code = code
        self.message = message
        self.hint = hint
        self.category = category
    }

    init(_ error: some DescribedError) {
        self.init(error.code, error.message, hint: error.hint, error.category)
    }

    static func directory(_ path: String) -> KeyError {
        KeyError(
            "keys.directory", "the directory \(path) cannot be made.",
            hint: "Set KEYS_FILE or DATA_DIR to a place that this user may write to.", .invalidRequest)
    }

    static func malformed(_ path: String) -> KeyError {
        KeyError(
            "keys.malformed", "\(path) is not a key file of TOM.",
            hint: "Restore it, or move it away and make the keys anew with `tom keys add`.", .invalidRequest)
    }

    static func unknown(_ id: String) -> KeyError {
        KeyError(
            "keys.unknown", "there is no key \(id).", hint: "`tom keys list` shows the ids.", .invalidRequest)
    }
}

/// A JSON string, number, boolean or null, kept as its exact text, so that `pong` repeats what `ping` said to the byte.
public struct JSONScalar: Sendable, Equatable, CustomStringConvertible {
    /// The JSON text, quotes included.
    public let json: String

    /// - Parameter json: text a `JSONScanner` has accepted as a scalar.
    init(checked json: String) { self.json = json }

    /// Checks that `json` is exactly one scalar, without white space around it; `nil` otherwise.
    public init?(json: String) {
        var json = json
        let isScalar = json.withUTF8 { utf8 in
            var scanner = JSONScanner(UnsafeRawBufferPointer(utf8))
            guard let value = try? scanner.value(depth: 1) else { return false }
            return scanner.position == utf8.count && value.kind.isScalar
        }
        guard isScalar else { return nil }
        self.json = json
    }

    public init(_ number: Int) { json = String(number) }

    public init(_ string: String) {
        var bytes: [UInt8] = []
        JSONWriter.append(to: &bytes) { $0.string(string) }
        json = String(decoding: bytes, as: UTF8.self)
    }

    /// The value when it is a number that a `Double` can hold.
    public var number: Double? {
        var json = json
        return json.withUTF8 { utf8 in
            var scanner = JSONScanner(UnsafeRawBufferPointer(utf8))
            guard let value = try? scanner.value(depth: 1), value.kind == .number else { return nil }
            return scanner.double(value)
        }
    }

    public var description: String { json }
}

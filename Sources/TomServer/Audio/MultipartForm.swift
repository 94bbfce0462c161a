import Foundation
import TomErrors

/// A form as `multipart/form-data` (RFC 7578), read strictly.
///
/// The parts are slices of the body: nothing of them is copied.
struct MultipartForm: Sendable {
    struct Part: Sendable, Equatable {
        var name: String
        /// `nil` for a plain field.
        var filename: String?
        var body: ArraySlice<UInt8>

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let parts: [Part]

    static let maxParts = 64
    /// Bytes of the header fields of one part.
    static let maxHeaderBytes = 8_192

    /// - Parameter contentType: of the request.
    /// - Throws: `ServerError` with 400.
    init(_ body: [UInt8], contentType: String?) throws(ServerError) {
        guard let boundary = Self.boundary(of: contentType) else {
            throw .badForm("has no Content-Type multipart/form-data with a boundary of 1 to 70 characters")
        }
        let delimiter = Array("--\(boundary)".utf8)
        guard body.starts(with: delimiter) else { throw .badForm("does not begin with its boundary") }
        var parts: [Part] = []
        var position = delimiter.count
        while try !Self.isEnd(body, &position) {
            guard parts.count < Self.maxParts else { throw .badForm("has more than \(Self.maxParts) parts") }
            guard let next = Self.find([13, 10] + delimiter, in: body, from: position) else {
                throw .badForm("ends without its last boundary")
            }
            parts.append(try Self.part(body[position..<next]))
            position = next + 2 + delimiter.count
        }
        self.parts = parts
    }

    /// The part of this name that comes first.
    subscript(name: String) -> Part? { parts.first { $0.name == name } }

    // MARK: Boundaries

    /// What stands behind a boundary: `--` ends the form, a line's end begins a part.
    private static func isEnd(_ body: [UInt8], _ position: inout Int) throws(ServerError) -> Bool {
        if body[position...].starts(with: [45, 45]) { return true }
        // RFC 2046 section 5.1.1 lets blanks stand here
        while position < body.count, body[position] == 32 || body[position] == 9 { position += 1 }
        guard body[position...].starts(with: [13, 10]) else {
            throw .badForm("has something other than the end of a line behind a boundary")
        }
        position += 2
        return false
    }

    private static func boundary(of contentType: String?) -> String? {
        guard let contentType else { return nil }
        let parameters = HeaderParameters(contentType)
        guard parameters.value.lowercased() == "multipart/form-data", let boundary = parameters["boundary"],
            (1...70).contains(boundary.utf8.count)
        else { return nil }
        return boundary
    }

    /// Where `pattern` begins at or behind `start`. Complexity: as long as `pattern`'s first byte is rare, one pass.
    private static func find(_ pattern: [UInt8], in body: [UInt8], from start: Int) -> Int? {
        body.withUnsafeBytes { bytes in
            pattern.withUnsafeBytes { pattern in
                guard let base = bytes.baseAddress, let sought = pattern.baseAddress else { return nil }
                var position = start
                while position + pattern.count <= bytes.count {
                    guard let found = memchr(base + position, Int32(pattern[0]), bytes.count - position) else {
                        return nil
                    }
                    position = UnsafeRawPointer(found) - base
                    guard position + pattern.count <= bytes.count else { return nil }
                    if memcmp(base + position, sought, pattern.count) == 0 { return position }
                    position += 1
                }
                return nil
            }
        }
    }

    // MARK: Parts

    /// - Parameter bytes: header fields, an empty line, the content.
    private static func part(_ bytes: ArraySlice<UInt8>) throws(ServerError) -> Part {
        let head = bytes.prefix(maxHeaderBytes)
        guard let blank = head.firstRange(of: [13, 10, 13, 10]) else {
            throw .badForm("has a part whose header fields do not end within \(maxHeaderBytes) bytes")
        }
        let lines = String(decoding: head[..<blank.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else {
                throw .badForm("has a header field without a colon")
            }
            guard line[..<colon].lowercased() == "content-disposition" else { continue }
            let parameters = HeaderParameters(String(line[line.index(after: colon)...]))
            guard parameters.value.lowercased() == "form-data", let name = parameters["name"] else { break }
            return Part(name: name, filename: parameters["filename"], body: bytes[blank.upperBound...])
        }
        throw .badForm("has a part without Content-Disposition: form-data; name=...")
    }
}

/// A header field's value with parameters: `form-data; name="file"; filename="a.wav"` (RFC 9110 section 5.6.6).
struct HeaderParameters: Sendable, Equatable {
    /// What comes before the first semicolon.
    let value: String
    /// By name in lower case; the first of several counts.
    private let parameters: [String: String]

    init(_ text: String) {
        var rest = text[...]
        value = rest.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
        rest = rest.drop { $0 != ";" }
        var parameters: [String: String] = [:]
        while rest.first == ";" {
            rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
            let name = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(name.count)
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst()
            let value = rest.first == "\"" ? Self.quoted(&rest) : Self.token(&rest)
            let key = name.trimmingCharacters(in: .whitespaces).lowercased()
            if parameters[key] == nil { parameters[key] = value }
            rest = rest.drop { $0 != ";" }
        }
        self.parameters = parameters
    }

    subscript(name: String) -> String? { parameters[name] }

    private static func token(_ rest: inout Substring) -> String {
        let token = rest.prefix { $0 != ";" }
        rest = rest.dropFirst(token.count)
        return token.trimmingCharacters(in: .whitespaces)
    }

    private static func quoted(_ rest: inout Substring) -> String {
        rest = rest.dropFirst()
        var text = ""
        while let character = rest.popFirst(), character != "\"" {
            // browsers write %22 for a quote, others a backslash before it
            text.append(character == "\\" ? rest.popFirst() ?? character : character)
        }
        return text
    }
}

extension ServerError {
    /// - Parameter problem: fit to follow "the form".
    static func badForm(_ problem: String) -> ServerError {
        ServerError(
            "invalid_multipart", status: 400, .invalidRequest, "the form \(problem)",
            hint: "Send multipart/form-data as RFC 7578 has it, with the recording in the field 'file'.")
    }
}

/// Cuts a `text/event-stream` into the data of its events, in whatever pieces it arrives.
///
/// See: WHATWG HTML section 9.2.6. Event names, ids and retry times are read over: no engine's protocol needs them.
struct ServerSentEvents: Sendable {
    /// The longest line, and the longest data of one event, in bytes; more is an error of the server.
    static let maxBytes = 1 << 20

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var endedWithReturn = false
    private var isFirstLine = true

    /// A line or an event is longer than `maxBytes`.
    struct TooLong: Error {}

    /// Takes more of the stream and hands each event's data to `body`.
    /// - Throws: ``TooLong``, or what `body` throws; the stream is then of no more use.
    mutating func append(_ bytes: some Collection<UInt8>, _ body: ([UInt8]) throws -> Void) throws {
        var rest = bytes[...]
        while let first = rest.first {
            let isSecondHalf = endedWithReturn && first == UInt8(ascii: "\n")
            endedWithReturn = false
            if isSecondHalf {
                rest = rest.dropFirst()
                continue
            }
            let end = rest.firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? rest.endIndex
            let part = rest[..<end]
            guard line.count + part.count <= Self.maxBytes else { throw TooLong() }
            line += part
            guard end < rest.endIndex else { return }
            endedWithReturn = rest[end] == UInt8(ascii: "\r")
            rest = rest[end...].dropFirst()
            try endLine(body)
        }
    }

    private mutating func endLine(_ body: ([UInt8]) throws -> Void) throws {
        defer { line.removeAll(keepingCapacity: line.capacity <= 65_536) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        guard !line.isEmpty else {
            defer {
                data = []
                hasData = false
            }
            if hasData { try body(data) }
            return
        }
        guard line.starts(with: "data".utf8), line.count == 4 || line[4] == UInt8(ascii: ":") else { return }
        var value = line.dropFirst(5)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if hasData { data.append(UInt8(ascii: "\n")) }
        guard data.count + value.count <= Self.maxBytes else { throw TooLong() }
        data += value
        hasData = true
    }
}

import Foundation
import NIOCore

/// Cuts a connection's bytes into events, however they are split.
///
/// An event is a line of JSON with its `type` and perhaps `data`, then `data_length` bytes of JSON that add to the
/// data, then `payload_length` bytes of audio. Everything is bounded; a peer that keeps to no bound is malformed, not a
/// matter of memory.
struct WyomingDecoder {
    /// Why the bytes are no events. Says nothing of what they hold.
    struct Malformed: Error, Equatable {
        let what: String
    }

    /// The longest line, in bytes: one that lists every voice of a large server has a tenth of it.
    static let maxLineBytes = 1 << 20
    /// The most data behind a line, in bytes.
    static let maxDataBytes = 4 << 20
    /// The most audio in one event, in bytes: 90 s at 22 kHz.
    static let maxPayloadBytes = 4 << 20

    private struct Header {
        var type: String
        var data: [String: Any]
        var dataLength: Int
        var payloadLength: Int
    }

    private var buffer = ByteBuffer()
    /// Bytes of the buffer that are known to hold no line feed.
    private var searched = 0
    private var header: Header?

    /// Takes the next bytes; ``next()`` gives the events they complete.
    mutating func append(_ bytes: ByteBuffer) {
        var bytes = bytes
        buffer.discardReadBytes()
        buffer.writeBuffer(&bytes)
    }

    /// - Returns: the next whole event; `nil` when more bytes have to come.
    /// - Throws: ``Malformed``; nothing can be read of this connection any more then.
    mutating func next() throws(Malformed) -> WyomingEvent? {
        if header == nil { header = try readHeader() }
        guard var header, buffer.readableBytes >= header.dataLength + header.payloadLength else { return nil }
        self.header = nil
        if header.dataLength > 0 {
            let more = try Self.object(buffer.readBytes(length: header.dataLength) ?? [], "an event's data")
            header.data.merge(more) { _, new in new }
        }
        let payload = buffer.readBytes(length: header.payloadLength) ?? []
        guard let event = WyomingEvent(type: header.type, data: header.data, payload: payload) else {
            throw Malformed(what: "an event lacks its data")
        }
        return event
    }

    private mutating func readHeader() throws(Malformed) -> Header? {
        let view = buffer.readableBytesView
        guard let end = view.dropFirst(searched).firstIndex(of: UInt8(ascii: "\n")) else {
            searched = view.count
            guard searched <= Self.maxLineBytes else { throw Malformed(what: "a line is too long") }
            return nil
        }
        searched = 0
        let length = end - view.startIndex
        guard length <= Self.maxLineBytes else { throw Malformed(what: "a line is too long") }
        let object = try Self.object(buffer.readBytes(length: length) ?? [], "a line")
        buffer.moveReaderIndex(forwardBy: 1)
        guard let type = object["type"] as? String else { throw Malformed(what: "an event has no type") }
        return Header(
            type: type, data: object["data"] as? [String: Any] ?? [:],
            dataLength: try Self.length(object["data_length"], Self.maxDataBytes),
            payloadLength: try Self.length(object["payload_length"], Self.maxPayloadBytes))
    }

    private static func object(_ bytes: [UInt8], _ what: String) throws(Malformed) -> [String: Any] {
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw Malformed(what: "\(what) is not a JSON object")
        }
        return object
    }

    private static func length(_ value: Any?, _ most: Int) throws(Malformed) -> Int {
        guard let value, !(value is NSNull) else { return 0 }
        guard let length = value as? Int, length >= 0 else { throw Malformed(what: "a length is not a whole number") }
        guard length <= most else { throw Malformed(what: "an event is too large") }
        return length
    }
}

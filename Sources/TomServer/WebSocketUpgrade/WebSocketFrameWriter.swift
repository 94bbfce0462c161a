import NIOCore

/// Writes server frames, header and payload in one buffer (RFC 6455 section 5.2; servers do not mask).
enum WebSocketFrameWriter {
    enum Opcode: UInt8, Sendable {
        case text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xA
    }

    static func append(_ opcode: Opcode, _ payload: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
        appendHeader(opcode, length: payload.count, to: &buffer)
        buffer.writeBytes(payload)
    }

    /// - Parameter reason: cut to the 123 bytes that fit (RFC 6455 section 5.5).
    static func appendClose(_ code: UInt16?, _ reason: String, to buffer: inout ByteBuffer) {
        guard let code else { return appendHeader(.close, length: 0, to: &buffer) }
        var text = reason.utf8.prefix(123)
        while String(text) == nil { text = text.dropLast() }
        appendHeader(.close, length: 2 + text.count, to: &buffer)
        buffer.writeInteger(code)
        buffer.writeBytes(text)
    }

    private static func appendHeader(_ opcode: Opcode, length: Int, to buffer: inout ByteBuffer) {
        buffer.writeInteger(0x80 | opcode.rawValue)
        switch length {
        case ..<126:
            buffer.writeInteger(UInt8(length))
        case ..<65_536:
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(length))
        default:
            buffer.writeInteger(UInt8(127))
            buffer.writeInteger(UInt64(length))
        }
    }
}

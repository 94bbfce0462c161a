/// Reads the frames of a WebSocket client from bytes that arrive in any pieces.
///
/// It enforces what RFC 6455 asks of a server without extensions: masking (5.1), reserved bits and opcodes (5.2), the shortest
/// form of a length (5.2), fragmentation (5.4), control frames (5.5), UTF-8 (8.1, found at the first wrong byte), close codes
/// (7.4), and the bounds of `WebSocketLimits`. Nothing but a message's own bytes is buffered, so that memory is bounded by one
/// message. After it threw, the connection is over and the parser must not be asked again.
struct WebSocketFrameParser: Sendable {
    /// A frame that ended.
    enum Item: Equatable {
        /// A whole message is in `message`.
        case text, binary
        /// The payload is in `control`.
        case ping, pong
        /// A message goes on in the next frame.
        case piece
        /// `nil` when the peer gave no code.
        case close(code: UInt16?)
    }

    /// The bytes of the message last returned, or of the one being assembled.
    private(set) var message: [UInt8] = []
    /// The payload of the control frame last returned.
    private(set) var control: [UInt8] = []

    private let maxMessageBytes: Int
    private let maxFragments: Int

    private var header = InlineArray<14, UInt8>(repeating: 0)
    private var headerCount = 0
    /// Bytes the current header takes; grows as its length field and mask come to light.
    private var headerNeeded = 2
    private var payloadRemaining = 0
    private var mask = WebSocketMask()
    /// What the data frames in progress belong to; `nil` between messages.
    private var assembling: Item?
    private var fragments = 0
    private var utf8 = UTF8Validator()

    init(maxMessageBytes: Int, maxFragments: Int) {
        self.maxMessageBytes = maxMessageBytes
        self.maxFragments = maxFragments
    }

    /// Reads on in `input` from `offset`, which it advances, up to the end of a frame.
    /// - Returns: `nil` when the input is used up.
    mutating func next(
        _ input: UnsafeRawBufferPointer, _ offset: inout Int
    ) throws(WebSocketViolation) -> Item? {
        while true {
            while headerCount < headerNeeded {
                guard offset < input.count else { return nil }
                header[headerCount] = input[offset]
                headerCount += 1
                offset += 1
                if headerCount == 1 { try checkFirstByte() }
                if headerCount == 2 { try checkSecondByte() }
                if headerCount == headerNeeded { try beginPayload() }
            }
            let count = min(payloadRemaining, input.count - offset)
            if count > 0 {
                try take(UnsafeRawBufferPointer(rebasing: input[offset..<offset + count]))
                offset += count
                payloadRemaining -= count
            }
            guard payloadRemaining == 0 else { return nil }
            (headerCount, headerNeeded) = (0, 2)
            return try endFrame()
        }
    }

    // MARK: Header

    private var isFinal: Bool { header[0] & 0x80 != 0 }
    private var opcode: UInt8 { header[0] & 0x0F }
    private var isControl: Bool { opcode & 0x08 != 0 }

    private func checkFirstByte() throws(WebSocketViolation) {
        guard header[0] & 0x70 == 0 else { throw .reservedBits }
        switch opcode {
        case 0x0:
            guard assembling != nil else { throw .strayContinuation }
        case 0x1, 0x2:
            guard assembling == nil else { throw .interruptedMessage }
        case 0x8, 0x9, 0xA:
            guard isFinal else { throw .fragmentedControlFrame }
        default: throw .reservedOpcode
        }
    }

    private mutating func checkSecondByte() throws(WebSocketViolation) {
        guard header[1] & 0x80 != 0 else { throw .notMasked }
        let length = header[1] & 0x7F
        guard !isControl || length <= 125 else { throw .longControlFrame }
        headerNeeded = 6 + (length == 126 ? 2 : length == 127 ? 8 : 0)
    }

    private mutating func beginPayload() throws(WebSocketViolation) {
        var length = UInt64(header[1] & 0x7F)
        let extended = headerNeeded - 6
        if extended > 0 {
            length = 0
            for index in 2..<2 + extended { length = length << 8 | UInt64(header[index]) }
            guard length >= (extended == 2 ? 126 : 65_536), length >> 63 == 0 else { throw .nonMinimalLength }
        }
        let at = headerNeeded - 4
        mask = WebSocketMask(header[at], header[at + 1], header[at + 2], header[at + 3])
        if isControl {
            control.removeAll(keepingCapacity: true)
        } else {
            try beginData(length)
        }
        payloadRemaining = Int(length)
    }

    private mutating func beginData(_ length: UInt64) throws(WebSocketViolation) {
        if opcode != 0 {
            // an odd big message must not hold its memory for the rest of the call
            message.removeAll(keepingCapacity: message.capacity <= 8_192)
            (fragments, utf8) = (0, UTF8Validator())
            assembling = opcode == 1 ? .text : .binary
        }
        fragments += 1
        guard fragments <= maxFragments else { throw .tooManyFragments }
        guard length <= UInt64(max(0, maxMessageBytes - message.count)) else { throw .messageTooLarge }
    }

    // MARK: Payload

    private mutating func take(_ bytes: UnsafeRawBufferPointer) throws(WebSocketViolation) {
        if isControl {
            mask.append(bytes, to: &control)
            return
        }
        let start = message.count
        mask.append(bytes, to: &message)
        guard assembling == .text else { return }
        let valid = message.withUnsafeBytes { utf8.accept(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        guard valid else { throw .invalidUTF8 }
    }

    private mutating func endFrame() throws(WebSocketViolation) -> Item {
        switch opcode {
        case 0x8: return .close(code: try closeCode())
        case 0x9: return .ping
        case 0xA: return .pong
        default:
            guard isFinal, let item = assembling else { return .piece }
            assembling = nil
            guard item != .text || utf8.isComplete else { throw .invalidUTF8 }
            return item
        }
    }

    private func closeCode() throws(WebSocketViolation) -> UInt16? {
        guard !control.isEmpty else { return nil }
        guard control.count >= 2 else { throw .badClosePayload }
        let code = UInt16(control[0]) << 8 | UInt16(control[1])
        guard Self.mayBeSent(code) else { throw .badCloseCode }
        var reason = UTF8Validator()
        let valid = control.withUnsafeBytes { reason.accept(UnsafeRawBufferPointer(rebasing: $0[2...])) }
        guard valid, reason.isComplete else { throw .invalidUTF8 }
        return code
    }

    /// RFC 6455 section 7.4 and the IANA registry: 1004-1006 and 1015 are never sent, 3000-4999 are free to use.
    static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

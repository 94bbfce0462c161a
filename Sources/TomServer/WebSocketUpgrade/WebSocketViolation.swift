/// What a peer did that ends its WebSocket, with the close code that tells it so.
struct WebSocketViolation: Error, Equatable {
    /// RFC 6455 section 7.4.1.
    let closeCode: UInt16
    /// Sent in the close frame; at most 123 bytes.
    let reason: StaticString

    static func == (a: WebSocketViolation, b: WebSocketViolation) -> Bool {
        a.closeCode == b.closeCode && a.reason.description == b.reason.description
    }

    private static func framing(_ reason: StaticString) -> WebSocketViolation { .init(closeCode: 1002, reason: reason) }

    static let reservedBits = framing("reserved bits set without an extension")
    static let reservedOpcode = framing("reserved opcode")
    static let notMasked = framing("client frames must be masked")
    static let longControlFrame = framing("control frame above 125 bytes")
    static let fragmentedControlFrame = framing("fragmented control frame")
    static let nonMinimalLength = framing("length not in its shortest form")
    static let strayContinuation = framing("continuation without a message")
    static let interruptedMessage = framing("data frame inside a fragmented message")
    static let badClosePayload = framing("close payload of one byte")
    static let badCloseCode = framing("close code not allowed on the wire")
    static let invalidUTF8 = WebSocketViolation(closeCode: 1007, reason: "text is not UTF-8")
    static let messageTooLarge = WebSocketViolation(closeCode: 1009, reason: "message too large")
    static let tooManyFragments = WebSocketViolation(closeCode: 1009, reason: "too many fragments")
}

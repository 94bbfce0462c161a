public import TomErrors

/// Why a message is not an event of the protocol.
///
/// It never repeats what the message contained, apart from its `type`: values may be personal.
public struct WireError: DescribedError, Equatable {
    /// The closed set of `code`.
    public enum Kind: String, Sendable, CaseIterable {
        /// Not one JSON object (RFC 8259).
        case invalidJSON = "invalid_json"
        /// A string holds bytes that are not UTF-8 (RFC 3629).
        case invalidUTF8 = "invalid_utf8"
        /// Nested deeper than `WireLimits.depth`.
        case tooDeep = "too_deep"
        /// Longer than `WireLimits.messageBytes`.
        case messageTooLarge = "message_too_large"
        /// A field the event needs is not there.
        case missingField = "missing_field"
        /// A field has the wrong type or a value outside its range.
        case invalidField = "invalid_field"
        /// A field the event reads is there twice.
        case duplicateField = "duplicate_field"
        /// No event has this `type`.
        case unknownType = "unknown_type"
        /// Audio that is not base64 (RFC 4648 section 4, with padding).
        case badBase64 = "bad_base64"
        /// PCM16 audio that ends in half a sample.
        case oddPCM = "odd_pcm"
        /// Audio of length zero.
        case emptyAudio = "empty_audio"
        /// More than one second of audio in one message.
        case audioTooLong = "audio_too_long"
        /// A text beyond its limit.
        case textTooLong = "text_too_long"
        /// `start.metadata` beyond its limit.
        case metadataTooLarge = "metadata_too_large"
    }

    public let kind: Kind
    /// The offending field, dotted where nested (`input.codec`); `nil` when no single field is at fault.
    public let field: String?
    /// The `type` of the offending message, as far as it could be read; `ref` of the `error` event.
    public var ref: String?
    public let message: String
    public let hint: String?

    public init(_ kind: Kind, field: String? = nil, ref: String? = nil, message: String, hint: String? = nil) {
        self.kind = kind
        self.field = field
        self.ref = ref
        self.message = message
        self.hint = hint
    }

    public var code: String { kind.rawValue }
    public var category: ErrorCategory { .invalidRequest }
}

extension WireError {
    static func json(_ what: String, at offset: Int) -> WireError {
        WireError(
            .invalidJSON, message: "The message is not valid JSON: \(what) at byte \(offset).",
            hint: "Send one JSON object per text frame, as RFC 8259 defines it.")
    }

    static func missing(_ field: String) -> WireError {
        WireError(.missingField, field: field, message: "Field '\(field)' is missing.", hint: "Add '\(field)'.")
    }

    static func duplicate(_ field: String) -> WireError {
        WireError(
            .duplicateField, field: field, message: "Field '\(field)' appears more than once.",
            hint: "Send '\(field)' once.")
    }

    /// - Parameter expected: what the field has to be, fit to follow "must be".
    static func invalid(_ field: String, _ expected: String) -> WireError {
        WireError(
            .invalidField, field: field, message: "Field '\(field)' must be \(expected).",
            hint: "Correct '\(field)'; docs/protocol.md shows every event.")
    }
}

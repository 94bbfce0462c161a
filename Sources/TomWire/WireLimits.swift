/// The bounds of the protocol that hold for every deployment; those an operator sets live in the server's
/// configuration.
public enum WireLimits {
    /// Objects and arrays inside one another, the message itself being the first. Deeper is refused (`too_deep`).
    public static let depth = 16
    /// Bytes of one message that the codecs look at. Servers refuse far smaller ones (64 KiB by default).
    public static let messageBytes = 1 << 24
    /// Unicode scalars of a `text` event.
    public static let textScalars = 2_000
    /// Unicode scalars of `stop.reason`.
    public static let reasonScalars = 200
    /// UTF-8 bytes of all keys and values of `start.metadata` together.
    public static let metadataBytes = 2_048
    /// Characters of `start.agent` and of `playback.response_id`.
    public static let identifierCharacters = 64
    /// Characters of `start.language`; RFC 5646 section 4.4.1 recommends 35.
    public static let languageCharacters = 35
    /// Bytes of the JSON text of `ping.ts` and of `ping.id`, which `pong` repeats.
    public static let pingScalarBytes = 256
    /// Characters of an unknown `type` that an `error` event's `ref` repeats; the rest is cut.
    public static let refCharacters = 64
}

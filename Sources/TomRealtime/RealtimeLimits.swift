/// The bounds of the Realtime API's messages.
public enum RealtimeLimits {
    /// Bytes of one message.
    public static let messageBytes = 1 << 24
    /// Characters of base64 in one `input_audio_buffer.append`.
    public static let appendCharacters = 15 << 20
    /// Objects and arrays inside one another, the message itself being the first; tools bring JSON Schemas along.
    public static let depth = 64
    /// Values of one message, the elements of arrays and the members of objects; the largest audio is one.
    public static let values = 100_000
    /// Characters of a client's `event_id`.
    public static let eventIDCharacters = 512
    /// Characters of an item's, a call's or a response's id. The hosted API allows items 32; clients of other servers
    /// bring longer ones.
    public static let idCharacters = 64
    /// Characters of a tool's name, or a tool server's label.
    public static let nameCharacters = 64
    public static let tools = 128
    public static let outputTokens = 1...4096
    public static let speed = 0.25...1.5
    public static let temperature = 0.6...1.2
    public static let idleTimeoutMs = 5_000...30_000
    /// Milliseconds of `prefix_padding_ms` and `silence_duration_ms`: a minute, which no turn needs.
    public static let paddingMs = 0...60_000
    public static let secretSeconds = 10...7_200
    public static let metadataPairs = 16
    public static let metadataKeyCharacters = 64
    public static let metadataValueCharacters = 512
}

/// What a client says to the server.
public enum ClientEvent: Sendable, Equatable {
    /// Settings of the call; as the first message only, which the server sees to.
    case start(Start)
    /// Microphone audio (`audio_chunk`, or `audio` as the original also spelled it). The bytes are in the buffer beside
    /// the event. `ts` is the client's own clock.
    case audio(byteCount: Int, ts: Double?, seq: Int?)
    /// Manual turn detection: the utterance is complete.
    case commit
    /// The client stopped playback; `playedMs` of the reply in progress were heard.
    case bargeIn(ts: Double?, playedMs: Int?)
    /// How much of a reply has left the speaker.
    case playback(responseID: String, playedMs: Int)
    /// A typed turn of the user, 1 to `WireLimits.textScalars` Unicode scalars.
    case text(String)
    /// A key press, one of `0-9*#A-D`.
    case dtmf(Character)
    /// To be answered by a `pong` that repeats both.
    case ping(ts: JSONScalar?, id: JSONScalar?)
    /// The client ends the call.
    case stop(reason: String?)

    /// The spellings of `type`.
    public enum Name: String, Sendable, CaseIterable {
        case start, audio, commit, playback, text, dtmf, ping, stop
        case audioChunk = "audio_chunk"
        case bargeIn = "barge_in"
    }

    /// The keys `dtmf` knows (RFC 4733 section 3.2, without flash).
    public static let dtmfDigits = "0123456789*#ABCD"
}

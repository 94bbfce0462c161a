/// Which of the API's two spellings a client speaks.
public enum RealtimeDialect: Sendable {
    case ga
    /// `OpenAI-Beta: realtime=v1`
    case beta
}

import NIOCore
import TomConversation
public import TomEngines
import TomErrors

/// Speech to text behind Deepgram's streaming API: `GET /v1/listen` as a WebSocket, one for each turn.
///
/// The connection is made when a turn begins, and the turn's audio is kept until it is open: the handshake is over long
/// before the turn is, and no idle connection counts against the account. Interim results come as the caller speaks; at
/// the turn's end `Finalize` asks for what is left and `CloseStream` ends the stream.
///
/// Failures: those of ``OpenAIChatModel``, with `stt.` in place of `llm.`, and `stt.stalled`.
public struct DeepgramTranscriber: Transcriber {
    public let name = "deepgram"
    public let capabilities = TranscriberCapabilities(languages: [])
    private let address: ProviderAddress
    private let model: String
    let limits: ProviderSocket.Limits

    /// - Parameters:
    ///   - endpoint: `https://api.deepgram.com`, or a server of the same API; parameters in its query are sent along.
    ///   - model: `nova-3`.
    ///   - connectTimeout: from the TCP connect to the end of the handshake.
    /// - Throws: `stt.bad_url`, `stt.tls`.
    public init(
        endpoint: ProviderEndpoint, model: String, egress: EgressPolicy, connectTimeout: Duration
    ) throws(EngineError) {
        var limits = ProviderSocket.Limits()
        // Deepgram closes a stream that has no audio for ten seconds.
        limits.keepAlive = (.seconds(4), #"{"type":"KeepAlive"}"#)
        try self.init(
            endpoint: endpoint, model: model, egress: egress, connectTimeout: connectTimeout, limits: limits)
    }

    init(
        endpoint: ProviderEndpoint, model: String, egress: EgressPolicy, connectTimeout: Duration,
        limits: ProviderSocket.Limits
    ) throws(EngineError) {
        address = try ProviderAddress(
            endpoint, path: "/v1/listen", authorization: endpoint.key.map { ("Authorization", "Token \($0)") },
            stage: "stt", egress: egress, connectTimeout: .nanoseconds(connectTimeout.nanoseconds))
        self.model = model
        self.limits = limits
    }

    /// Checks, for the start, whether the provider's address is one that may be asked.
    /// - Throws: `stt.egress_forbidden`, `stt.host_unknown`.
    public func checkEgress() async throws(EngineError) { try await address.checkEgress() }

    /// Opens a stream and closes it again, for `tom doctor`: whether the provider is there and takes the key.
    /// - Throws: as a transcription fails.
    public func reach(language: String) async throws(EngineError) {
        try await address.reach(
            parameters(TranscriptionRequest(turn: TurnID(0), language: language, expectation: .open)))
    }

    public func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription {
        DeepgramTranscription(
            address, parameters(request), limits: limits, language: request.language, deliver: deliver)
    }

    private func parameters(_ request: TranscriptionRequest) -> [(name: String, value: String)] {
        var parameters = [
            ("model", model), ("language", request.language), ("encoding", "linear16"), ("sample_rate", "16000"),
            ("channels", "1"), ("interim_results", "true"), ("punctuate", "true"),
            // Shorter than TOM's own endpointing, so that the hint is there when that decides.
            ("endpointing", "300"),
        ]
        if request.expectation == .digits { parameters.append(("numerals", "true")) }
        return parameters.map { (name: $0.0, value: $0.1) }
    }
}

import TomEngines

/// One turn's results put together: settled words once, the others as they stand.
///
/// Pure: fed with messages, it gives the events of the transcription.
struct DeepgramTurn {
    private var settled: [String] = []
    /// Confidence weighted by the audio it is of.
    private var confidence = (sum: 0.0, seconds: 0.0)
    private var bytes = 0
    /// Whether the turn's audio is complete and its words are asked for.
    private(set) var isClosing = false
    private let language: String

    /// The longest transcript; a turn has some 2,000 words at most.
    private static let maxBytes = 65_536

    init(language: String) { self.language = language }

    /// The turn's audio is complete.
    mutating func close() { isClosing = true }

    /// - Returns: an interim, or the final transcript, which ends the turn; `nil` for what changes nothing.
    mutating func take(_ message: DeepgramMessage) -> TranscriptionEvent? {
        switch message {
        case .results(let results): take(results)
        // The summary closes the stream: every result came before it.
        case .metadata: isClosing ? .final(transcript) : nil
        case .utteranceEnd: settled.isEmpty || isClosing ? nil : .interim(text: text(with: ""), turnComplete: true)
        case .error, .other: nil
        }
    }

    /// The transcript when the stream ended without a summary.
    var transcript: Transcript {
        Transcript(
            text: text(with: ""), language: language,
            confidence: confidence.seconds > 0 ? confidence.sum / confidence.seconds : nil)
    }

    private mutating func take(_ results: DeepgramMessage.Results) -> TranscriptionEvent? {
        if results.isFinal { settle(results) }
        if isClosing, results.fromFinalize { return .final(transcript) }
        let text = text(with: results.isFinal ? "" : results.transcript)
        // A pause ends a phrase; that none was noticed yet does not mean that there is more to come.
        return text.isEmpty ? nil : .interim(text: text, turnComplete: results.speechFinal ? true : nil)
    }

    private mutating func settle(_ results: DeepgramMessage.Results) {
        guard !results.transcript.isEmpty, bytes + results.transcript.utf8.count <= Self.maxBytes else { return }
        bytes += results.transcript.utf8.count
        settled.append(results.transcript)
        if let value = results.confidence, results.duration > 0 {
            confidence.sum += min(max(value, 0), 1) * results.duration
            confidence.seconds += results.duration
        }
    }

    private func text(with rest: String) -> String {
        (settled + [rest]).filter { !$0.isEmpty }.joined(separator: " ")
    }
}

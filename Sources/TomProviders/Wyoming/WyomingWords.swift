import Foundation
import TomEngines

/// What a server's events mean for one turn that it transcribes.
///
/// Servers that end a turn by themselves send transcripts while the caller still speaks: they count as words so far,
/// until ``finish()`` says that the turn is over.
struct WyomingWords {
    /// The most that is kept of one turn's words, in characters: two minutes have a tenth of it.
    private static let maxLength = 20_000

    /// Transcripts from before the turn's end.
    private var early: [String] = []
    /// Pieces of the transcript that is under way.
    private var pieces = ""
    private var language: String?
    private var isFinished = false

    /// The turn's audio is complete.
    /// - Returns: its transcript, when the server has given one already.
    mutating func finish() -> TranscriptionEvent? {
        isFinished = true
        return early.isEmpty ? nil : final
    }

    /// - Returns: what the event is for the turn, if anything.
    mutating func take(_ event: WyomingEvent) -> TranscriptionEvent? {
        switch event {
        case .transcriptChunk(let text):
            if pieces.count < Self.maxLength { pieces += text.prefix(Self.maxLength) }
            return .interim(text: words, turnComplete: nil)
        case .transcript(let text, let language):
            pieces = ""
            if early.count < 100 { early.append(String(Self.trimmed(text).prefix(Self.maxLength))) }
            self.language = language ?? self.language
            return isFinished ? final : .interim(text: words, turnComplete: nil)
        case .transcriptStop:
            // Behind a `transcript` the turn is over already; without one the pieces are all there is.
            guard isFinished, !pieces.isEmpty else { return nil }
            return final
        case .error(let word): return .failed(.wyomingFailed(word, stage: "stt"))
        case .info, .audioStart, .audioChunk, .audioStop, .synthesizeStopped, .other: return nil
        }
    }

    private var words: String {
        (early + [Self.trimmed(pieces)]).filter { !$0.isEmpty }.joined(separator: " ")
    }

    private var final: TranscriptionEvent { .final(Transcript(text: words, language: language)) }

    /// Whisper begins its texts with a blank.
    private static func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
}

import Hummingbird
import NIOCore
import TomErrors
import TomSession

/// A transcript on its way to the client.
struct TranscriptOutput: Sendable {
    /// What was heard before the answer began; `nil`: nothing was said.
    let first: HeardSpeech.Utterance?
    let speech: HeardSpeech
    /// Given back ahead of the answer's end, as for speech.
    let slot: AudioSlots.Slot

    /// Everything that was said.
    func whole() async throws -> TranscriptText { try await collect { _, _ in } }

    /// The words as they are found, each utterance an event; a failure in the middle is one too.
    var events: ResponseBody {
        ResponseBody { writer in
            do {
                let text = try await collect { utterance, isFirst in
                    let event = TranscriptText.delta(utterance, isFirst: isFirst)
                    try await writer.write(ByteBuffer(bytes: event))
                }
                try await writer.write(ByteBuffer(bytes: text.done))
            } catch let error as any DescribedError {
                try await writer.write(ByteBuffer(bytes: ServerSentEvent.failure(ServerError(engine: error))))
            }
            try await writer.finish(nil)
        }
    }

    /// Ends the engine's work, and the use of its slot, however collecting ends.
    private func collect(
        _ tell: (_ utterance: HeardSpeech.Utterance, _ isFirst: Bool) async throws -> Void
    ) async throws -> TranscriptText {
        defer {
            speech.cancel()
            slot.release()
        }
        var utterances: [HeardSpeech.Utterance] = []
        var next = first
        while let utterance = next {
            try await tell(utterance, utterances.isEmpty)
            utterances.append(utterance)
            next = try await speech.next()
        }
        return TranscriptText(
            language: speech.language, durationMs: await speech.durationMs, utterances: utterances)
    }
}

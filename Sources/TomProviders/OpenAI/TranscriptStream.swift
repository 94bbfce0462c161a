import Foundation
import TomEngines

/// The events of a streamed transcription. See: the OpenAI API reference, "transcript.text.delta" and "transcript.text.done".
struct TranscriptStream {
    /// The whole text, once the server has said that it is.
    private(set) var text: String?
    private var words = ""

    /// More than any turn holds.
    private static let maxBytes = 1 << 16

    private struct Event: Decodable {
        var type: String?
        var delta: String?
        var text: String?
    }

    /// - Returns: the words so far, when there are more of them.
    /// - Throws: `stt.malformed` when `data` is no event, or the words have no end.
    mutating func take(_ data: [UInt8]) throws(EngineError) -> String? {
        if data.elementsEqual("[DONE]".utf8) { return nil }
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(data)) else {
            throw .malformed("an event is no JSON object", stage: "stt")
        }
        switch event.type {
        case "transcript.text.delta":
            guard let delta = event.delta, !delta.isEmpty else { return nil }
            words += delta
            guard words.utf8.count <= Self.maxBytes else { throw .malformed("the words have no end", stage: "stt") }
            return words
        case "transcript.text.done":
            text = event.text ?? words
            return nil
        // Segments of speakers, and whatever comes later.
        default: return nil
        }
    }
}

import Foundation
import NIOCore

/// What Deepgram's streaming API says (`/v1/listen`), as far as it matters to a turn.
enum DeepgramMessage: Sendable, Equatable {
    case results(Results)
    /// Nothing was said for a while.
    case utteranceEnd
    /// The summary that follows the last results.
    case metadata
    /// The API gives up; what it writes about it is not kept.
    case error
    /// `SpeechStarted` and whatever a later version adds.
    case other

    struct Results: Sendable, Equatable {
        var transcript = ""
        /// 0...1.
        var confidence: Double?
        /// Seconds of audio the transcript is of.
        var duration = 0.0
        /// Whether these words are settled; otherwise they are said again, and may change.
        var isFinal = false
        /// Whether a pause of the caller's ends them.
        var speechFinal = false
        /// Whether everything up to our `Finalize` is in.
        var fromFinalize = false
    }

    /// `nil` when `data` is no JSON object with a type, or results without a transcript.
    init?(_ data: ByteBuffer) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(data.readableBytesView)) else { return nil }
        switch wire.type {
        case "Results":
            guard let best = wire.channel?.alternatives?.first, let transcript = best.transcript else { return nil }
            self = .results(
                Results(
                    transcript: transcript, confidence: best.confidence, duration: wire.duration ?? 0,
                    isFinal: wire.isFinal ?? false, speechFinal: wire.speechFinal ?? false,
                    fromFinalize: wire.fromFinalize ?? false))
        case "UtteranceEnd": self = .utteranceEnd
        case "Metadata": self = .metadata
        case "Error": self = .error
        default: self = .other
        }
    }

    private struct Wire: Decodable {
        var type: String
        var channel: Channel?
        var duration: Double?
        var isFinal: Bool?
        var speechFinal: Bool?
        var fromFinalize: Bool?

        struct Channel: Decodable {
            var alternatives: [Alternative]?

            /// Other messages have a list of numbers in this place.
            init(from decoder: any Decoder) {
                let fields = try? decoder.container(keyedBy: Fields.self)
                alternatives = try? fields?.decode([Alternative].self, forKey: .alternatives)
            }
            enum Fields: String, CodingKey { case alternatives }
        }
        struct Alternative: Decodable {
            var transcript: String?
            var confidence: Double?
        }

        enum CodingKeys: String, CodingKey {
            case type, channel, duration
            case isFinal = "is_final"
            case speechFinal = "speech_final"
            case fromFinalize = "from_finalize"
        }
    }
}

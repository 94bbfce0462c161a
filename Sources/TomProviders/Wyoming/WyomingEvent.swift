import Foundation

/// What a server of the Wyoming protocol says, as far as TOM listens.
///
/// See: github.com/OHF-Voice/wyoming, README, "Event Types".
enum WyomingEvent: Sendable, Equatable {
    case info(WyomingInfo)
    /// More of the words, to be put behind those before.
    case transcriptChunk(String)
    /// All of the words.
    case transcript(String, language: String?)
    case transcriptStop
    case audioStart(WyomingAudioFormat)
    /// Samples, cut anywhere.
    case audioChunk(WyomingAudioFormat, [UInt8])
    case audioStop
    /// The end of what `synthesize-start` began.
    case synthesizeStopped
    /// The server's own short word for what is wrong, where it gave one; its sentence quotes requests.
    case error(String?)
    /// Of a kind that TOM does not need.
    case other

    /// - Parameter data: the header's `data` and what follows it, as one object.
    /// - Returns: `nil` when the event lacks what its type promises.
    init?(type: String, data: [String: Any], payload: [UInt8]) {
        switch type {
        case "info": self = .info(WyomingInfo(data))
        case "transcript":
            guard let text = data["text"] as? String else { return nil }
            self = .transcript(text, language: data["language"] as? String)
        case "transcript-chunk":
            guard let text = data["text"] as? String else { return nil }
            self = .transcriptChunk(text)
        case "transcript-stop": self = .transcriptStop
        case "audio-start":
            guard let format = WyomingAudioFormat(data) else { return nil }
            self = .audioStart(format)
        case "audio-chunk":
            guard let format = WyomingAudioFormat(data) else { return nil }
            self = .audioChunk(format, payload)
        case "audio-stop": self = .audioStop
        case "synthesize-stopped": self = .synthesizeStopped
        case "error": self = .error((data["code"] as? String).flatMap(Self.word))
        default: self = .other
        }
    }

    /// A name such as `VoiceNotFoundError`.
    private static func word(_ text: String) -> String? { ProviderClient.word(text, allowsUpperCase: true) }
}

/// The `rate`, `width` and `channels` of PCM samples.
struct WyomingAudioFormat: Sendable, Equatable {
    /// In hertz.
    var rate: Int
    /// Bytes of one sample of one channel.
    var width: Int
    var channels: Int

    /// What TOM's callers sound like: 16 kHz, 16 bits, one channel.
    static let caller = WyomingAudioFormat(rate: 16_000, width: 2, channels: 1)

    /// In JSON, as the data of audio events.
    var json: String { #"{"rate":\#(rate),"width":\#(width),"channels":\#(channels)}"# }
}

extension WyomingAudioFormat {
    /// - Returns: `nil` when one of the three is missing or no whole number.
    init?(_ data: [String: Any]) {
        guard let rate = data["rate"] as? Int, let width = data["width"] as? Int,
            let channels = data["channels"] as? Int
        else { return nil }
        self.init(rate: rate, width: width, channels: channels)
    }
}

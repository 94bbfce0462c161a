import Foundation
import NIOCore
import TomEngines

/// What a Realtime API says, as far as it matters to a call. See: the OpenAI API reference, "Realtime server events".
enum RealtimeServerEvent: Sendable, Equatable {
    /// The audio of a turn has become an item.
    case committed(item: String)
    case words(item: String, delta: String)
    case transcribed(item: String, text: String)
    case notTranscribed(item: String)
    case responseCreated
    /// An item of the response begins; `isMessage` when it is one that is spoken.
    case itemAdded(id: String, isMessage: Bool)
    case audio(item: String, pcm: [UInt8])
    case text(String)
    case call(id: String, name: String, arguments: String)
    case responseDone(status: String, reason: String?, code: String?, tokens: TokenUse?)
    case error(code: String?, type: String?, event: String?)
    /// Of no use here, or of a later version.
    case other

    /// `nil` when `data` is not what its type promises.
    init?(_ data: ByteBuffer) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(data.readableBytesView)) else { return nil }
        switch wire.type {
        case "input_audio_buffer.committed":
            guard let item = wire.itemID else { return nil }
            self = .committed(item: item)
        case "conversation.item.input_audio_transcription.delta":
            guard let item = wire.itemID else { return nil }
            self = .words(item: item, delta: wire.delta ?? "")
        case "conversation.item.input_audio_transcription.completed":
            guard let item = wire.itemID, let text = wire.transcript else { return nil }
            self = .transcribed(item: item, text: text)
        case "conversation.item.input_audio_transcription.failed":
            guard let item = wire.itemID else { return nil }
            self = .notTranscribed(item: item)
        case "response.output_audio_transcript.delta", "response.output_text.delta":
            guard let delta = wire.delta else { return nil }
            self = .text(delta)
        case "response.created": self = .responseCreated
        case "response.output_item.added":
            guard let item = wire.item, let id = item.id else { return nil }
            self = .itemAdded(id: id, isMessage: item.type == "message")
        case "response.output_audio.delta":
            guard let item = wire.itemID, let pcm = wire.delta.flatMap({ Data(base64Encoded: $0) }) else { return nil }
            self = .audio(item: item, pcm: [UInt8](pcm))
        case "response.output_item.done":
            guard let item = wire.item, item.type == "function_call" else {
                self = .other
                return
            }
            guard let id = item.callID, let name = item.name else { return nil }
            self = .call(id: id, name: name, arguments: item.arguments ?? "")
        case "response.done":
            guard let response = wire.response, let status = response.status else { return nil }
            self = .responseDone(
                status: status, reason: response.details?.reason, code: response.details?.error?.code,
                tokens: response.usage?.tokens)
        case "error":
            self = .error(code: wire.error?.code, type: wire.error?.type, event: wire.error?.eventID)
        default: self = .other
        }
    }

    private struct Wire: Decodable {
        var type: String
        var itemID: String?
        var delta: String?
        var transcript: String?
        var item: Item?
        var response: Response?
        var error: Fault?

        struct Item: Decodable {
            var id: String?
            var type: String?
            var callID: String?
            var name: String?
            var arguments: String?

            enum CodingKeys: String, CodingKey {
                case id, type, name, arguments
                case callID = "call_id"
            }
        }
        struct Response: Decodable {
            struct Details: Decodable {
                var reason: String?
                var error: Fault?
            }
            var status: String?
            var details: Details?
            var usage: RealtimeUsage?

            enum CodingKeys: String, CodingKey {
                case status, usage
                case details = "status_details"
            }
        }
        struct Fault: Decodable {
            var code: String?
            var type: String?
            var eventID: String?

            enum CodingKeys: String, CodingKey {
                case code, type
                case eventID = "event_id"
            }
        }

        enum CodingKeys: String, CodingKey {
            case type, delta, transcript, item, response, error
            case itemID = "item_id"
        }
    }
}

import Foundation
import TomConversation
import TomEngines

/// What TOM says to a Realtime API, as its messages.
///
/// See: the OpenAI API reference, "Realtime client events".
struct RealtimeClientEvent: Encodable {
    var type: String
    /// Comes back with an error that the event causes.
    var eventID: String?
    var session: Session?
    var response: RealtimeResponseWishes?
    var item: Item?
    var previousItemID: String?
    var itemID: String?
    var contentIndex: Int?
    var audioEndMs: Int?

    enum CodingKeys: String, CodingKey {
        case type, session, response, item
        case eventID = "event_id"
        case previousItemID = "previous_item_id"
        case itemID = "item_id"
        case contentIndex = "content_index"
        case audioEndMs = "audio_end_ms"
    }

    /// The message.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and numbers can always be encoded.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    // MARK: Events

    static func update(_ session: Session) -> Self {
        Self(type: "session.update", eventID: "session", session: session)
    }

    /// The message itself, for base64 needs no escapes.
    static func append(_ pcm: [UInt8]) -> String {
        #"{"type":"input_audio_buffer.append","audio":"\#(Data(pcm).base64EncodedString())"}"#
    }

    static func commit(id: String) -> Self { Self(type: "input_audio_buffer.commit", eventID: id) }
    static let clear = Self(type: "input_audio_buffer.clear")
    /// - Parameter wishes: what goes before what the session says, in this response alone.
    static func createResponse(id: String, _ wishes: RealtimeResponseWishes? = nil) -> Self {
        Self(type: "response.create", eventID: id, response: wishes)
    }
    static let cancelResponse = Self(type: "response.cancel", eventID: "cancel")
    static func create(_ item: Item, behind previous: String? = nil) -> Self {
        Self(type: "conversation.item.create", eventID: "item", item: item, previousItemID: previous)
    }
    static func delete(_ itemID: String) -> Self {
        Self(type: "conversation.item.delete", eventID: "item", itemID: itemID)
    }
    static func truncate(_ itemID: String, audioEndMs: Int) -> Self {
        Self(
            type: "conversation.item.truncate", eventID: "item", itemID: itemID, contentIndex: 0,
            audioEndMs: audioEndMs)
    }

    // MARK: Parts

    struct Item: Encodable, Equatable {
        struct Content: Encodable, Equatable {
            var type: String
            var text: String
        }
        var id: String?
        var type: String
        var role: String?
        var content: [Content]?
        var callID: String?
        var name: String?
        var arguments: String?
        var output: String?

        enum CodingKeys: String, CodingKey {
            case id, type, role, content, name, arguments, output
            case callID = "call_id"
        }

        static func user(_ text: String) -> Self {
            Self(type: "message", role: "user", content: [Content(type: "input_text", text: text)])
        }
        static func system(_ text: String) -> Self {
            Self(type: "message", role: "system", content: [Content(type: "input_text", text: text)])
        }
        static func assistant(_ text: String) -> Self {
            Self(type: "message", role: "assistant", content: [Content(type: "output_text", text: text)])
        }
        static func call(_ id: String, name: String, arguments: String) -> Self {
            Self(type: "function_call", callID: id, name: name, arguments: arguments)
        }
        static func output(of callID: String, _ output: String) -> Self {
            Self(type: "function_call_output", callID: callID, output: output)
        }
    }

    /// Audio both ways at 24 kHz, turns that TOM ends, and the agent's tools.
    struct Session: Encodable {
        var instructions: String
        var voice: String
        var transcriptionModel: String
        var language: String
        var tools: [ToolDescription]

        private enum Keys: String, CodingKey {
            case type, instructions, audio, tools, input, output, format, rate, transcription, model, language, voice
            case modalities = "output_modalities"
            case turnDetection = "turn_detection"
            case toolChoice = "tool_choice"
        }

        func encode(to encoder: any Encoder) throws {
            var session = encoder.container(keyedBy: Keys.self)
            try session.encode("realtime", forKey: .type)
            try session.encode(instructions, forKey: .instructions)
            try session.encode(["audio"], forKey: .modalities)
            try session.encode("auto", forKey: .toolChoice)
            try session.encode(tools.map(Tool.init), forKey: .tools)
            var audio = session.nestedContainer(keyedBy: Keys.self, forKey: .audio)
            var input = audio.nestedContainer(keyedBy: Keys.self, forKey: .input)
            try encodeFormat(&input)
            // Null, not missing: the API would otherwise end turns by itself.
            try input.encodeNil(forKey: .turnDetection)
            var transcription = input.nestedContainer(keyedBy: Keys.self, forKey: .transcription)
            try transcription.encode(transcriptionModel, forKey: .model)
            try transcription.encode(language, forKey: .language)
            var output = audio.nestedContainer(keyedBy: Keys.self, forKey: .output)
            try encodeFormat(&output)
            try output.encode(voice, forKey: .voice)
        }

        private func encodeFormat(_ container: inout KeyedEncodingContainer<Keys>) throws {
            var format = container.nestedContainer(keyedBy: Keys.self, forKey: .format)
            try format.encode("audio/pcm", forKey: .type)
            try format.encode(24_000, forKey: .rate)
        }

        /// Tools lie flat here, unlike in a chat completion.
        private struct Tool: Encodable {
            var type = "function"
            var name: String
            var description: String
            var parameters: JSONValue
            init(_ tool: ToolDescription) {
                name = tool.name
                description = tool.description
                parameters = tool.parameters
            }
        }
    }
}

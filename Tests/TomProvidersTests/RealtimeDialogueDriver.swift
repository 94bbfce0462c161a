import Foundation
import NIOCore
import TomConversation
import TomEngines

@testable import TomProviders

/// Drives the dialogue with a Realtime API, without a connection.
protocol RealtimeDialogueDriver {
    var dialogue: RealtimeDialogue { get set }
    /// TOM's record.
    var history: [Item] { get set }
}

extension RealtimeDialogue {
    static var forTests: RealtimeDialogue {
        RealtimeDialogue(
            session: .init(
                instructions: "Be kind.", voice: "marin", transcriptionModel: "whisper-1", language: "en", tools: []),
            goodbye: "Goodbye.")
    }
}

extension RealtimeDialogueDriver {
    /// What came of a step, in one word each: `>type` for what is sent, `turn:` and `answer:` for what is reported.
    func words(_ outputs: [RealtimeDialogue.Output]) -> [String] {
        outputs.map { output in
            switch output {
            case .connect: return "connect"
            case .disconnect: return "disconnect"
            case .send(let json): return ">" + brief(json)
            case .transcription(let turn, .final(let transcript)): return "turn:\(turn) \(transcript.text ?? "?")"
            case .transcription(let turn, .failed(let error)): return "turn:\(turn) \(error.code)"
            case .transcription(let turn, .interim(let text, _)): return "turn:\(turn) \(text)…"
            case .transcription(let turn, .failedOver): return "turn:\(turn) ?"
            case .used(let key, let tokens): return "answer:\(key) \(tokens.prompt)+\(tokens.completion)"
            case .response(let key, .failed(let error)): return "answer:\(key) \(error.code)"
            case .response(let key, .audio(let samples, _)): return "answer:\(key) \(samples.count) samples"
            case .response(let key, let event): return "answer:\(key) \(event)"
            }
        }
    }

    private func brief(_ json: String) -> String {
        guard let event = (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any] else {
            return "?"
        }
        var parts = [event["type"] as? String ?? "?"]
        if let item = event["item"] as? [String: Any] {
            let content = (item["content"] as? [[String: String]])?.first
            parts.append((item["role"] ?? item["type"]) as? String ?? "?")
            parts.append(content?["text"] ?? (item["output"] ?? item["name"]) as? String ?? "")
        }
        if let id = event["item_id"] as? String { parts.append(id) }
        if let ms = event["audio_end_ms"] as? Int { parts.append("\(ms)") }
        if let previous = event["previous_item_id"] as? String { parts.append("behind \(previous)") }
        return parts.joined(separator: " ")
    }

    mutating func take(_ json: String) -> [String] {
        guard let event = RealtimeServerEvent(ByteBuffer(string: json)) else { return ["unreadable"] }
        return words(dialogue.take(event))
    }

    mutating func audio(_ item: String, ms: Int) -> [String] {
        let pcm = Data(count: ms * 48).base64EncodedString()
        return take(#"{"type":"response.output_audio.delta","item_id":"\#(item)","delta":"\#(pcm)"}"#)
    }

    mutating func done(_ status: String = "completed", _ more: String = "") -> [String] {
        take(#"{"type":"response.done","response":{"status":"\#(status)"\#(more)}}"#)
    }

    mutating func add(_ content: Item.Content, turn: Int, memory: String? = nil) {
        history.append(Item(id: ItemID(history.count + 1), turn: TurnID(turn), content: content, memory: memory))
    }

    mutating func respond(
        _ key: Int, response: Int? = nil, turn: Int, tools: [ToolDescription] = []
    ) -> [String] {
        let request = ResponseRequest(
            response: ResponseID(response ?? key), turn: TurnID(turn), language: "en", history: history, tools: tools)
        return words(dialogue.respond(to: request, key: key))
    }

    /// A turn of the caller up to its item.
    mutating func speak(_ turn: Int) -> [String] {
        var got = words(dialogue.begin(TurnID(turn), history: history))
        got += words(dialogue.hear([UInt8](repeating: 0, count: 4_800), of: TurnID(turn)))
        got += words(dialogue.end(TurnID(turn)))
        got += take(#"{"type":"input_audio_buffer.committed","item_id":"u\#(turn)"}"#)
        return got
    }
}

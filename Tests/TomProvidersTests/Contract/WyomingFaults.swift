import NIOCore
import TomAudio

/// What engines behind the Wyoming protocol are answered.
extension ContractEngine {
    /// A whole answer: each an event, or the line of one and what belongs to it.
    private var events: [String] {
        self == .wyomingTranscriber
            ? [
                #"{"type":"transcript-chunk","data":{"text":" Grüß"}}"#,
                #"{"type":"transcript","data":{"text":" Grüß Gott."}}"#,
            ] : [Self.audio(2_000), Self.audio(2_000), #"{"type":"audio-stop"}"#]
    }

    /// Samples of 0x2424, which are ASCII.
    private static func audio(_ samples: Int) -> String {
        WyomingEngine.audio(String(repeating: "$", count: samples * 2))
    }

    private var part: [UInt8] {
        WyomingEngine.bytes(self == .wyomingTranscriber ? [events[0]] : [Self.audio(8)])
    }

    /// What the caller has heard of an answer.
    var heardEvents: [UInt8] { WyomingEngine.bytes([Self.audio(8_000)]) }

    /// Answers as soon as the engine owes nothing more.
    private func answering(_ steps: [ScriptedTCP.Step]) -> Cause {
        .tcp([ScriptedTCP.Cue(text: wyoming?.asked ?? "", steps: steps)])
    }

    func wyomingCell(_ fault: Fault, _ gate: Gate) -> Cell {
        let bytes = WyomingEngine.bytes(events)
        return switch fault {
        case .slow:
            .fault(
                answering(
                    stride(from: 0, to: bytes.count, by: (bytes.count + 4) / 5).flatMap { start -> [ScriptedTCP.Step] in
                        let end = min(start + (bytes.count + 4) / 5, bytes.count)
                        return [.pause(.milliseconds(150)), .send(Array(bytes[start..<end]))]
                    }), .whole)
        case .hung: .fault(answering([.hang]), .error("timeout"))
        case .halfOpen: .fault(.unanswered(.half), .error("timeout"))
        case .neverConnected: .fault(.unanswered(.full), .error("timeout"))
        case .hungMidAnswer: .fault(answering([.send(part), .hang]), .error("timeout", passesOn: true))
        case .nobodyThere: .fault(.nobodyThere, .error("unreachable"))
        case .untrusted, .plainText: .impossible("Wyoming is spoken over plain TCP")
        case .unauthorized, .forbidden, .notFound, .tooLarge, .rateLimited:
            .impossible("Wyoming has no statuses: an `error` event takes the place of all, see serverError")
        case .serverError:
            .fault(
                answering([
                    .text(#"{"type":"error","data":{"text":"Erika said sk-secret","code":"KeyError"}}"# + "\n")
                ]), .error("provider_failed"))
        case .malformed: .fault(answering([.text("{\"type\":\"sk-secret, Erika\n")]), .error("malformed"))
        case .tooLong:
            .fault(answering([.send([UInt8](repeating: 0x61, count: (1 << 20) + 1))]), .error("malformed"))
        case .splitUTF8: .fault(answering(bytes.map { .send([$0]) }), .whole)
        case .oddAudio:
            .fault(
                answering([.send(WyomingEngine.bytes([WyomingEngine.audio("$$$"), #"{"type":"audio-stop"}"#]))]),
                .error("bad_audio", passesOn: true))
        case .closedBeforeAnswer: .fault(answering([.close]), .error("connection_lost"))
        case .resetBeforeAnswer: .fault(answering([.reset]), .error("connection_lost"))
        case .closedMidAnswer:
            .fault(answering([.send(part), .hold(gate), .close]), .error("connection_lost", passesOn: true))
        case .resetMidAnswer:
            .fault(answering([.send(part), .hold(gate), .reset]), .error("connection_lost", passesOn: true))
        }
    }
}

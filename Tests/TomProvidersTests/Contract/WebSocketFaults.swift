import Foundation
import NIOCore
import TomAudio

/// What engines behind a WebSocket are answered.
extension ContractEngine {
    typealias Frame = ScriptedWebSocket.Step

    /// Plays `steps` once the engine owes an answer; pings are not answered.
    private func answering(_ steps: [Frame], pongs: Bool = false) -> Cause {
        let cue = self == .deepgram ? "Finalize" : "response.create"
        return .webSocket { incoming in
            switch incoming {
            case .text(let text) where text.contains(cue): steps
            case .ping where pongs: [.pong]
            default: []
            }
        }
    }

    private static func results(_ text: String, _ more: String) -> String {
        #"{"type":"Results","duration":1,"channel":{"alternatives":[{"transcript":"\#(text)","confidence":1}]},"#
            + more + "}"
    }

    private static func words(_ text: String) -> String {
        #"{"type":"response.output_audio_transcript.delta","delta":"\#(text)"}"#
    }

    private static func audio(_ samples: [Int16], extra: [UInt8] = []) -> String {
        let pcm = Data(PCM16.encode(samples) + extra).base64EncodedString()
        return #"{"type":"response.output_audio.delta","item_id":"a","delta":"\#(pcm)"}"#
    }

    private static let done = #"{"type":"response.done","response":{"status":"completed"}}"#

    /// A whole answer, message by message.
    private var messages: [String] {
        self == .deepgram
            ? [
                Self.results("Grüß", #""is_final":false"#), Self.results("Grüß Gott", #""is_final":false"#),
                Self.results("Grüß Gott.", #""is_final":true,"from_finalize":true"#),
            ]
            : [Self.words("Grüß "), Self.words("Gott."), Self.audio(Self.tone(2_400)), Self.done]
    }

    private var part: [Frame] { [.text(self == .deepgram ? messages[0] : Self.words("I th"))] }

    /// Breaks off when the caller has heard a part of the answer.
    func breakingOffHeard(_ gate: Gate) -> Cause {
        // The sound first: it is what opens the gate.
        answering([.text(Self.audio(Self.tone(12_000))), .text(Self.words("First. And")), .hold(gate), .reset])
    }

    func webSocketCell(_ fault: Fault, _ gate: Gate) -> Cell {
        switch fault {
        case .slow:
            .fault(
                answering(messages.flatMap { [Frame.pause(.milliseconds(210)), .text($0)] }, pongs: true), .whole)
        // Nobody answers the pings either.
        case .hung: .fault(answering([]), .error("timeout"))
        case .halfOpen: .fault(.unanswered(.half), .error("timeout"))
        case .neverConnected: .fault(.unanswered(.full), .error("timeout"))
        case .hungMidAnswer: .fault(answering(part), .error("timeout", passesOn: true))
        case .nobodyThere: .fault(.nobodyThere, .error("unreachable"))
        case .untrusted: .fault(.untrusted, .error("tls"))
        case .plainText: .fault(.plainText, .error("tls"))
        // In place of the upgrade.
        case .unauthorized, .forbidden, .notFound, .tooLarge, .rateLimited, .serverError: Self.refused(fault)
        case .malformed: .fault(answering([.text("sk-secret, said by Erika")]), .error("malformed"))
        // The head of a frame of 8 MB.
        case .tooLong: .fault(answering([.raw([0x81, 0x7F, 0, 0, 0, 0, 0, 0x80, 0, 0])]), .error("malformed"))
        // What is longer is audio, and more frames than one message may have.
        case .splitUTF8:
            .fault(answering(messages.map { $0.utf8.count < 1_000 ? .fragments($0, 1) : .text($0) }), .whole)
        case .oddAudio:
            .fault(
                answering([.text(Self.audio(Self.tone(8), extra: [1])), .text(Self.done)]),
                .error("bad_audio", passesOn: true))
        case .closedBeforeAnswer: .fault(answering([.cut]), .error("connection_lost"))
        case .resetBeforeAnswer: .fault(answering([.reset]), .error("connection_lost"))
        case .closedMidAnswer:
            .fault(answering(part + [.hold(gate), .cut]), .error("connection_lost", passesOn: true))
        case .resetMidAnswer:
            .fault(answering(part + [.hold(gate), .reset]), .error("connection_lost", passesOn: true))
        }
    }
}

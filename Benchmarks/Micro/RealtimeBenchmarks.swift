import Foundation
import TomConversation
import TomRealtime

/// The Realtime API's messages of audio: what a client appends in 20 ms at 24 kHz (960 bytes), and what it is sent at a time
/// (100 ms, 4,800 bytes).
func realtimeBenchmarks() throws {
    let pcm = voice(seconds: 1).prefix(2_400).flatMap {
        [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
    }

    do {
        let frame = Array(pcm.prefix(960))
        let text = #"{"type":"input_audio_buffer.append","audio":"\#(Data(frame).base64EncodedString())"}"#
        let message = Array(text.utf8)
        let decoder = RealtimeEventDecoder(dialect: .ga)
        var audio: [UInt8] = []
        try measure("input_audio_buffer.append decode") {
            blackHole(try message.withUnsafeBytes { try decoder.decode($0, audioInto: &audio).event })
        }
        precondition(audio == frame, "the decoder gives back what was encoded")
    }
    do {
        let session = RealtimeSession(
            id: "sess_1", expiresAt: 1_790_000_000, model: "receptionist", voice: "default")
        var dialogue = RealtimeDialogue(session: session, dialect: .ga, seed: "1")
        var encoder = RealtimeServerEventEncoder(dialect: .ga, seed: "1")
        var message: [UInt8] = []
        let response = ResponseID(1)
        blackHole(dialogue.tell(.responseBegan(response, turn: TurnID(1), request: nil)))
        blackHole(dialogue.openAudio(of: response))
        measure("response.output_audio.delta encode") {
            guard let target = dialogue.audioTarget(of: response) else { fatalError("the response is open") }
            message.removeAll(keepingCapacity: true)
            pcm.withUnsafeBytes { encoder.encodeAudioDelta($0, to: target, into: &message) }
        }
        blackHole(message)
    }
}

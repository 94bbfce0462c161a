import NIOCore
import TomWire

/// The payload of every frame the callers send, made once: at many calls the probe has to be cheaper than the server.
struct FramePayloads: Sendable {
    /// By utterance and frame.
    private let speech: [[ByteBuffer]]
    let silence: ByteBuffer
    let isBinary: Bool

    init(_ utterances: [Utterance], framing: ProbeOptions.Framing) {
        let isBinary = framing == .binary
        self.isBinary = isBinary
        func payload(_ audio: [UInt8]) -> ByteBuffer {
            guard !isBinary else { return ByteBuffer(bytes: audio) }
            var message: [UInt8] = []
            audio.withUnsafeBytes {
                ClientEventEncoder.encodeAudioChunk(into: &message, audio: $0, statesFormat: true)
            }
            return ByteBuffer(bytes: message)
        }
        silence = payload([UInt8](repeating: 0, count: 2 * Utterance.frameSamples))
        speech = utterances.map { utterance in
            (0..<utterance.frameCount).map { payload(utterance.bytes(frame: $0)) }
        }
    }

    subscript(utterance: Int, frame: Int) -> ByteBuffer { speech[utterance][frame] }
}

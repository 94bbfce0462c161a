import TomWire

/// One message of 640 bytes of audio each.
func wireBenchmarks() throws {
    let pcm = voice(seconds: 1).prefix(320).flatMap {
        [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
    }

    do {
        var message: [UInt8] = []
        pcm.withUnsafeBytes { ClientEventEncoder.encodeAudioChunk(into: &message, audio: $0) }
        let decoder = ClientMessageDecoder()
        var audio: [UInt8] = []
        try measure("audio_chunk decode") { blackHole(try decoder.decode(message.span, audioInto: &audio)) }
        precondition(audio == pcm, "the decoder gives back what was encoded")
    }
    do {
        var message: [UInt8] = []
        var seq = 0
        measure("tts_audio encode") {
            message.removeAll(keepingCapacity: true)
            pcm.withUnsafeBytes {
                ServerEventEncoder.encodeTTSAudio(
                    into: &message, ts: 1_790_000_000_000 + seq, sampleRate: 16_000, pcm: $0, seq: seq, turnID: "t12",
                    responseID: "r12")
            }
            seq += 1
        }
        blackHole(message)
    }
}

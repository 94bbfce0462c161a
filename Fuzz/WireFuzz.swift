// libFuzzer target for both directions of the wire codecs. Compiled together with TomErrors and TomWire (see run.sh), so
// that their code is instrumented too. The first byte chooses the decoder and the negotiated format.

/// What the decoders are asked: never to trap, and that whatever they accept survives being encoded and decoded again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // A copy on the heap of exactly this size lets AddressSanitizer see a read past the end.
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.first else { return 0 }
    let message = Array(input.dropFirst())
    if choice & 1 == 0 {
        client(message, format: choice & 2 == 0 ? .standard : WireAudioFormat(codec: .pcmu, sampleRate: 8_000))
    } else {
        server(message)
    }
    return 0
}

private func client(_ message: [UInt8], format: WireAudioFormat) {
    let decoder = ClientMessageDecoder(inputFormat: format)
    var audio: [UInt8] = []
    guard let event = try? message.withUnsafeBytes({ try decoder.decode($0, audioInto: &audio) }) else { return }
    var encoded: [UInt8] = []
    audio.withUnsafeBytes { ClientEventEncoder.encode(event, audio: $0, into: &encoded) }
    var again: [UInt8] = []
    let decoded = try? encoded.withUnsafeBytes { try decoder.decode($0, audioInto: &again) }
    precondition(decoded == event && again == audio, "a client event changed on its way")
}

private func server(_ message: [UInt8]) {
    let decoder = ServerEventDecoder()
    var audio: [UInt8] = []
    guard let decoded = try? message.withUnsafeBytes({ try decoder.decode($0, audioInto: &audio) }) else { return }
    var encoded: [UInt8] = []
    audio.withUnsafeBytes { ServerEventEncoder.encode(decoded.event, ts: decoded.ts ?? 0, audio: $0, into: &encoded) }
    var again: [UInt8] = []
    let twice = try? encoded.withUnsafeBytes { try decoder.decode($0, audioInto: &again) }
    precondition(twice == decoded && again == audio, "a server event changed on its way")
}

import TomAudio
import TomConversation
import TomSession
import TomWire

// From the session to the caller.
extension WebSocketCall: CallLink {
    var isWritable: Bool { socket?.isWritable ?? false }

    func send(_ event: Event) {
        live.observe(event)
        if case .stopped = event {
            guard !saidStopped else { return }
            saidStopped = true
        }
        guard let event = ServerEvent(event, binaryFraming: settings.framing == .binary) else { return }
        write(event)
    }

    func sendAudio(_ frame: UnsafeRawBufferPointer, response: ResponseID, turn: TurnID, seq: Int) {
        guard let socket else { return }
        guard settings.framing == .json else { return socket.send(binary: frame) }
        encoded.removeAll(keepingCapacity: true)
        ServerEventEncoder.encodeTTSAudio(
            into: &encoded, ts: Clocks.unixMilliseconds(), codec: settings.output.codec,
            sampleRate: settings.output.sampleRate, pcm: frame, seq: seq, turnID: turn.description,
            responseID: response.description)
        encoded.withUnsafeBytes { socket.send(text: $0) }
    }

    func flush() { socket?.flush() }

    func write(_ event: ServerEvent) {
        guard let socket else { return }
        // an event of unusual size must not hold its memory for the rest of the call
        encoded.removeAll(keepingCapacity: encoded.capacity <= 8_192)
        ServerEventEncoder.encode(event, ts: Clocks.unixMilliseconds(), into: &encoded)
        encoded.withUnsafeBytes { socket.send(text: $0) }
    }
}

extension CallOptions {
    init(callID: String, _ start: ClientEvent.Start) {
        self.init(
            callID: callID, agent: start.agent, language: start.language, input: AudioFormat(start.input),
            output: AudioFormat(start.output), manualTurns: start.turnDetection == .manual, metadata: start.metadata)
    }
}

extension AudioFormat {
    fileprivate init(_ format: WireAudioFormat) {
        let codec: AudioCodec =
            switch format.codec {
            case .pcm16: .pcm16
            case .pcmu: .pcmu
            case .pcma: .pcma
            }
        self.init(codec: codec, sampleRate: SampleRate(hertz: format.sampleRate))
    }
}

import TomConversation
import TomEngines
import TomRealtime
import TomSession

// From the session to the client.
extension RealtimeCall: CallLink {
    var isWritable: Bool { socket?.isWritable ?? false }

    func send(_ event: Event) {
        live.observe(event)
        var usage: RealtimeUsage?
        if case .responseEnded(let response, _) = event {
            usage = session?.tokens(of: response).map(RealtimeUsage.init)
        }
        write(dialogue.tell(event, inputMs: session?.inputMs ?? 0, usage: usage))
    }

    func sendAudio(_ frame: UnsafeRawBufferPointer, response: ResponseID, turn: TurnID, seq: Int) {
        if dialogue.audioTarget(of: response) == nil { write(dialogue.openAudio(of: response)) }
        if let target = dialogue.audioTarget(of: response) { write(frame, to: target) }
    }

    func write(_ frame: UnsafeRawBufferPointer, to target: RealtimeAudioTarget) {
        guard let socket else { return }
        encoded.removeAll(keepingCapacity: true)
        encoder.encodeAudioDelta(frame, to: target, into: &encoded)
        encoded.withUnsafeBytes { socket.send(text: $0) }
    }

    func flush() { socket?.flush() }

    func write(_ events: [RealtimeServerEvent]) {
        guard let socket else { return }
        for event in events {
            // an event of unusual size must not hold its memory for the rest of the call
            encoded.removeAll(keepingCapacity: encoded.capacity <= 65_536)
            encoder.encode(event, into: &encoded)
            encoded.withUnsafeBytes { socket.send(text: $0) }
        }
    }
}

extension RealtimeUsage {
    init(_ tokens: TokenUse) {
        self.init(
            input: Tokens(text: tokens.prompt), cached: Tokens(text: tokens.cached),
            output: Tokens(text: tokens.completion))
    }
}

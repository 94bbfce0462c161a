import NIOCore
import NIOWebSocket
import Synchronization
import TomEngines
import TomErrors

/// One turn at Deepgram: its audio goes out in pieces of 100 ms, its results come back.
final class DeepgramTranscription: Transcription {
    private struct State {
        var turn: DeepgramTurn
        var piece = ByteBuffer()
        var samples = 0
        var isOver = false
        var socket: ProviderSocket?
    }

    /// 100 ms of 16 kHz: one message and one hop to the socket's event loop for five frames.
    private static let pieceBytes = 3_200

    private let names: ProviderSettingNames
    private let state: Mutex<State>
    private let deliver: @Sendable (TranscriptionEvent) -> Void

    init(
        _ address: ProviderAddress, _ parameters: [(name: String, value: String)], limits: ProviderSocket.Limits,
        language: String, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) {
        state = Mutex(State(turn: DeepgramTurn(language: language)))
        self.deliver = deliver
        names = address.names
        // The socket holds the transcription until it has ended.
        let socket = ProviderSocket(address, parameters, limits: limits) { [self] in take($0) }
        state.withLock { $0.socket = socket }
        socket.open()
    }

    func append(_ samples: Span<Int16>) {
        state.withLock { state in
            guard !state.isOver, !state.turn.isClosing else { return }
            let count = min(samples.count, TranscriptionRequest.maxSamples - state.samples)
            state.samples += count
            for index in 0..<count {
                state.piece.writeInteger(samples[index], endianness: .little)
                if state.piece.readableBytes == Self.pieceBytes { Self.sendPiece(&state) }
            }
        }
    }

    private static func sendPiece(_ state: inout State) {
        state.socket?.send(.binary, state.piece)
        state.piece = ByteBuffer()
        state.piece.reserveCapacity(pieceBytes)
    }

    func finish() {
        state.withLock { state in
            guard !state.isOver, !state.turn.isClosing else { return }
            state.turn.close()
            if state.piece.readableBytes > 0 { Self.sendPiece(&state) }
            // The first brings the words soonest; the second ends the stream, also where the first has nothing to
            // flush.
            state.socket?.send(text: #"{"type":"Finalize"}"#)
            state.socket?.send(text: #"{"type":"CloseStream"}"#)
        }
    }

    func cancel() { over()?.close() }

    /// - Returns: the socket, to be closed; `nil` when it was over before.
    private func over() -> ProviderSocket? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            state.isOver = true
            state.piece = ByteBuffer()
            defer { state.socket = nil }
            return state.socket
        }
    }

    // MARK: Results, on the socket's event loop

    private func take(_ event: ProviderSocket.Event) {
        switch event {
        case .opened: break
        case .message(let data): take(data)
        case .ended(.failed(let error)): fail(error)
        case .ended(.closed(let code)): closed(code)
        }
    }

    private func take(_ data: ByteBuffer) {
        guard let message = DeepgramMessage(data) else {
            return fail(.malformed("a message is no result", stage: "stt", names: names))
        }
        if message == .error { return fail(.givenUp(code: nil)) }
        let event = state.withLock { $0.isOver ? nil : $0.turn.take(message) }
        guard let event else { return }
        if case .final = event { end(event) } else { deliver(event) }
    }

    private func closed(_ code: UInt16) {
        let transcript = state.withLock { $0.turn.isClosing && code == 1_000 ? $0.turn.transcript : nil }
        if let transcript { return end(.final(transcript)) }
        fail(code == 1_000 ? .transport(ChannelError.eof, stage: "stt") : .givenUp(code: code))
    }

    private func fail(_ error: EngineError) {
        if error.category != .cancelled { end(.failed(error)) }
    }

    private func end(_ event: TranscriptionEvent) {
        guard let socket = over() else { return }
        socket.close()
        deliver(event)
    }
}

extension EngineError {
    /// Deepgram ended a stream before its time.
    fileprivate static func givenUp(code: UInt16?) -> EngineError {
        let how = code.map { " and closed the stream with \($0)" } ?? ""
        return EngineError(
            code: "stt.provider_failed", message: "the provider gave up the turn\(how).",
            hint: "Look into the provider's console.", category: .server)
    }
}

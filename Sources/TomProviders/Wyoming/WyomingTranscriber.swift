import Synchronization
import TomConversation
public import TomEngines

/// Speech to text by a server of the Wyoming protocol: wyoming-faster-whisper, wyoming-vosk and the other speech
/// servers of Home Assistant. The turn's audio is sent while the caller speaks, over a connection of its own.
///
/// Failures: `stt.egress_forbidden`, `host_unknown`, `unreachable`, `timeout`, `connection_lost`, `malformed`,
/// `provider_failed`.
public struct WyomingTranscriber: Transcriber {
    public let name = "wyoming"
    public let capabilities = TranscriberCapabilities(languages: [])
    private let client: WyomingClient
    private let model: String?

    /// - Parameter model: one of the server's; `nil` for its default.
    public init(client: WyomingClient, model: String?) {
        self.client = client
        self.model = model
    }

    public func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription {
        let language = request.language.primaryLanguage
        return WyomingTranscription(client, model: model, language: language, deliver: deliver)
    }
}

/// One turn on its way to a server.
private final class WyomingTranscription: Transcription {
    private struct Audio {
        /// What has not been sent yet.
        var samples: [Int16] = []
        /// How many more the turn may have.
        var left = TranscriptionRequest.maxSamples
        var isEmpty = true
        var isOver = false
    }

    /// 100 ms: short enough that the end of a turn waits for nothing, long enough that five frames share one write.
    private static let batch = 1_600

    private let connection: WyomingConnection
    private let turn: WyomingTurn
    // A lock for each frame: nobody else holds it but who ends the turn, and a hop for each frame would cost more.
    private let audio = Mutex(Audio())

    init(
        _ client: WyomingClient, model: String?, language: String,
        deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) {
        let turn = WyomingTurn(deliver)
        self.turn = turn
        connection = WyomingConnection(client) { turn.take($0) }
        connection.send([.transcribe(model: model, language: language), .audioStart])
    }

    func append(_ samples: Span<Int16>) {
        let batch: [Int16]? = audio.withLock { audio in
            guard !audio.isOver else { return nil }
            let count = min(samples.count, audio.left)
            audio.left -= count
            audio.isEmpty = audio.isEmpty && count == 0
            samples.extracting(first: count).withUnsafeBufferPointer { audio.samples.append(contentsOf: $0) }
            guard audio.samples.count >= Self.batch else { return nil }
            defer { audio.samples.removeAll() }
            return audio.samples
        }
        if let batch { connection.send([.audioChunk(batch)]) }
    }

    func finish() {
        let last: (samples: [Int16], isEmpty: Bool)? = audio.withLock { audio in
            guard !audio.isOver else { return nil }
            audio.isOver = true
            defer { audio.samples = [] }
            return (audio.samples, audio.isEmpty)
        }
        guard let last else { return }
        connection.send((last.samples.isEmpty ? [] : [.audioChunk(last.samples)]) + [.audioStop])
        connection.expectAnswer()
        connection.perform { [turn] in turn.finish(heardNothing: last.isEmpty) }
    }

    func cancel() {
        audio.withLock { audio in
            audio.isOver = true
            audio.samples = []
        }
        connection.close()
    }
}

/// What a turn has come to. Used on the connection's loop alone, so that results are delivered in order.
private final class WyomingTurn: Sendable {
    private let words = Mutex(WyomingWords())
    private let deliver: @Sendable (TranscriptionEvent) -> Void

    init(_ deliver: @escaping @Sendable (TranscriptionEvent) -> Void) { self.deliver = deliver }

    /// - Returns: whether more is wanted of the server.
    func take(_ answer: Result<WyomingEvent, EngineError>) -> Bool {
        switch answer {
        case .success(let event): pass(words.withLock { $0.take(event) })
        case .failure(let error): pass(.failed(error))
        }
    }

    /// The caller has finished.
    /// - Returns: as ``take(_:)``.
    func finish(heardNothing: Bool) -> Bool {
        pass(heardNothing ? .final(Transcript(text: "")) : words.withLock { $0.finish() })
    }

    private func pass(_ event: TranscriptionEvent?) -> Bool {
        guard let event else { return true }
        deliver(event)
        if case .interim = event { return true } else { return false }
    }
}

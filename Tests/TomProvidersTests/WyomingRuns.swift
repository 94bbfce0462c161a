import Synchronization
import TomAudio
import TomConversation
import TomEngines

@testable import TomProviders

/// One of the engines behind the Wyoming protocol, asked once.
enum WyomingEngine: String, CaseIterable, Sendable {
    case stt, tts

    /// What the engine says once it has begun, and once a server owes it an answer.
    var begun: String { self == .stt ? "audio-start" : "synthesize" }
    var asked: String { self == .stt ? "audio-stop" : "synthesize" }

    /// Whole answers, in pieces that may stand alone.
    var answer: [String] {
        switch self {
        case .stt:
            [
                #"{"type":"transcript-chunk","data":{"text":" Hel"}}"#,
                #"{"type":"transcript","data":{"text":" Hello"}}"#,
            ]
        case .tts: [Self.audio("ab"), Self.audio("cd"), #"{"type":"audio-stop"}"#]
        }
    }

    /// What the answer comes to.
    var said: [String] { self == .stt ? ["Hello"] : ["[25185]@22050", "[25699]@22050"] }

    /// An event with samples, without the line feed at its end.
    static func audio(_ bytes: String) -> String {
        #"{"type":"audio-chunk","data":{"rate":22050,"width":2,"channels":1},"payload_length":\#(bytes.utf8.count)}"#
            + "\n" + bytes
    }

    /// `events` as they are sent: a payload has no line feed behind it.
    static func bytes(_ events: [String]) -> [UInt8] {
        events.flatMap { Array(($0 + ($0.contains("\n") ? "" : "\n")).utf8) }
    }

    func client(
        port: Int, host: String = "127.0.0.1", patience: Duration = .seconds(120),
        connectTimeout: Duration = .seconds(120),
        allowsPublic: Bool = false
    ) throws -> WyomingClient {
        WyomingClient(
            endpoint: try WyomingEndpoint(url: "tcp://\(host):\(port)", stage: rawValue), stage: rawValue,
            egress: EgressPolicy(allowsPublic: allowsPublic), connectTimeout: connectTimeout, patience: patience)
    }

    /// Begins a request; `report` is called for every event.
    /// - Parameter seconds: how much the caller says before the turn ends.
    func begin(
        _ client: WyomingClient, seconds: Int = 0, _ report: @escaping @Sendable (Provider.Outcome) -> Void
    ) -> any EngineTask {
        let outcome = Mutex(Provider.Outcome())
        let change: @Sendable ((inout Provider.Outcome) -> Void) -> Void = { body in
            report(
                outcome.withLock { outcome in
                    body(&outcome)
                    return outcome
                })
        }
        switch self {
        case .stt:
            let request = TranscriptionRequest(turn: TurnID(1), language: "en-GB", expectation: .open)
            let task = WyomingTranscriber(client: client, model: nil).transcribe(request) { event in
                change { outcome in
                    switch event {
                    case .final(let transcript):
                        outcome.said.append(transcript.text ?? "?")
                        outcome.isFinished = true
                    case .failed(let error): outcome.error = error
                    case .interim, .failedOver: break
                    }
                }
            }
            for _ in 0...seconds * 50 { task.append([Int16](repeating: 7, count: 320).span) }
            task.finish()
            return task
        case .tts:
            let request = SynthesisRequest(
                segment: SegmentID(response: ResponseID(1), index: 0), text: "Hello.", language: "en-GB", voice: "en-us"
            )
            return WyomingSynthesizer(client: client, voice: nil).synthesize(request) { event in
                change { $0.take(event) }
            }
        }
    }

    /// Asks and waits for the end.
    func ask(_ client: WyomingClient, seconds: Int = 0) async -> Provider.Outcome {
        let (stream, feed) = AsyncStream.makeStream(of: Provider.Outcome.self)
        let task = begin(client, seconds: seconds) { feed.yield($0) }
        for await outcome in stream where outcome.isFinished || outcome.error != nil { return outcome }
        task.cancel()
        return Provider.Outcome()
    }
}

extension Provider.Outcome {
    mutating func take(_ event: SynthesisEvent) {
        switch event {
        case .audio(let samples, let rate): said.append("\(samples)@\(rate.hertz)")
        case .finished: isFinished = true
        case .failed(let error): self.error = error
        case .broke(let failover): error = failover.error
        case .failedOver: break
        }
    }
}

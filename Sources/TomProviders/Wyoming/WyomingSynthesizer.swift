import Synchronization
public import TomEngines
import TomErrors

/// Text to speech by a server of the Wyoming protocol: wyoming-piper, wyoming-kokoro and the other voices of Home
/// Assistant. Audio is passed on as it arrives, over a connection for each sentence. The protocol has no word for the pace of
/// speech: it is the server's, and the voice the configured one, whatever a client would rather hear.
///
/// Failures: `tts.egress_forbidden`, `host_unknown`, `unreachable`, `timeout`, `connection_lost`, `malformed`,
/// `provider_failed`, `bad_audio`.
public struct WyomingSynthesizer: SpeechSynthesizer {
    public let name = "wyoming"
    private let client: WyomingClient
    private let voice: String?
    private let skill = WyomingSkill()

    /// - Parameter voice: one of the server's, which speaks whatever the language; `nil` for what it has for the
    ///   language. Agent files name the voices of eSpeak NG, which mean nothing to it.
    public init(client: WyomingClient, voice: String?) {
        self.client = client
        self.voice = voice
    }

    public func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        guard request.hasWords else {
            deliver(.finished)
            return WyomingSentence(connection: nil)
        }
        let streams = skill.streams.withLock { $0 }
        let results = WyomingResults(isStreaming: streams == true, skill: skill, deliver: deliver)
        let connection = WyomingConnection(client) { results.take($0) }
        connection.send(requests(for: request, streams: streams))
        connection.expectAnswer()
        return WyomingSentence(connection: connection)
    }

    /// A server that is not known yet is asked what it can do, and spoken to in the way that all understand. Within a
    /// stream the whole text is sent too, for a server that no longer takes one: the others pass over it.
    private func requests(for request: SynthesisRequest, streams: Bool?) -> [WyomingRequest] {
        let language = request.language.primaryLanguage
        let voice = WyomingVoice(name: self.voice, language: self.voice == nil ? language : nil)
        let whole = WyomingRequest.synthesize(request.text, voice: voice)
        return switch streams {
        case true?: [.synthesizeStart(voice: voice), .synthesizeChunk(request.text), whole, .synthesizeStop]
        case false?: [whole]
        case nil: [.describe, whole]
        }
    }
}

/// Whether a server takes text as a stream; `nil` until it has said so. One that failed is asked again: it may have
/// been replaced.
private final class WyomingSkill: Sendable {
    let streams = Mutex<Bool?>(nil)
}

/// One sentence that a server speaks, until it is called off.
private final class WyomingSentence: EngineTask {
    private let connection: WyomingConnection?

    /// - Parameter connection: `nil` when there was nothing to speak.
    init(connection: WyomingConnection?) { self.connection = connection }

    func cancel() { connection?.close() }
}

/// What a sentence has come to. Used on the connection's loop alone, so that results are delivered in order.
private final class WyomingResults: Sendable {
    private let speech: Mutex<WyomingSpeech>
    private let skill: WyomingSkill
    private let deliver: @Sendable (SynthesisEvent) -> Void

    init(isStreaming: Bool, skill: WyomingSkill, deliver: @escaping @Sendable (SynthesisEvent) -> Void) {
        speech = Mutex(WyomingSpeech(isStreaming: isStreaming))
        self.skill = skill
        self.deliver = deliver
    }

    /// - Returns: whether more is wanted of the server.
    func take(_ answer: Result<WyomingEvent, EngineError>) -> Bool {
        if case .success(.info(let info)) = answer {
            skill.streams.withLock { $0 = info.synthesizers.first?.isStreaming ?? false }
        }
        guard let event = event(of: answer) else { return true }
        if case .failed = event { skill.streams.withLock { $0 = nil } }
        deliver(event)
        if case .audio = event { return true } else { return false }
    }

    private func event(of answer: Result<WyomingEvent, EngineError>) -> SynthesisEvent? {
        speech.withLock { speech in
            do throws(EngineError) {
                return try speech.take(try answer.get())
            } catch {
                return .failed(error)
            }
        }
    }
}

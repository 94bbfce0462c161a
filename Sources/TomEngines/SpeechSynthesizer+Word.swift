import TomConversation
import TomErrors

extension SpeechSynthesizer {
    /// Says one word, for the start and for `tom doctor`, in `voice` or the engine's default for `language`, and throws
    /// what a call would fail with.
    /// - Parameter limit: longer than any engine takes to load a voice and say a word; the engine's own time limits may know
    ///   only of silence.
    /// - Throws: `EngineError`, also `tts.no_audio` when the word has no sound, and `tts.timeout`.
    public func sayWord(
        language: String, voice: String? = nil, limit: Duration = .seconds(90)
    ) async throws(EngineError) {
        let segment = SegmentID(response: ResponseID(1), index: 0)
        let request = SynthesisRequest(segment: segment, text: "OK.", language: language, voice: voice)
        let (events, feed) = AsyncStream.makeStream(of: SynthesisEvent.self)
        let task = synthesize(request) { feed.yield($0) }
        let timer = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            let hint = "Check the engine's load, and whether its voice ever comes to an end."
            feed.yield(
                .failed(
                    EngineError(
                        code: "tts.timeout", message: "\(name) did not finish a word in time.", hint: hint,
                        category: .timeout)))
        }
        defer {
            timer.cancel()
            task.cancel()
        }
        var isHeard = false
        for await event in events {
            switch event {
            case .audio: isHeard = true
            case .failedOver: break
            case .failed(let error): throw error
            case .broke(let failover): throw failover.error
            case .finished:
                if isHeard { return }
                throw EngineError(
                    code: "tts.no_audio", message: "\(name) said nothing.", hint: "Check the voice.", category: .server)
            }
        }
    }
}

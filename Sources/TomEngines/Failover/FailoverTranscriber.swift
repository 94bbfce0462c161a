import Synchronization
public import TomConversation

/// Transcribers in the order in which they are asked. A turn's audio is kept until its transcript exists, so that the next engine
/// hears all of it when one fails.
public struct FailoverTranscriber: Transcriber {
    /// The names of all, in order: `openai,pocketsphinx`.
    public var name: String { order.name }
    public let capabilities: TranscriberCapabilities
    private let order: EngineOrder<any Transcriber>

    /// Parameters as those of ``FailoverLanguageModel``.
    public init(
        _ engines: [any Transcriber], policy: FailoverPolicy, now: @escaping @Sendable () -> Instant,
        onOpened: @escaping @Sendable (String, CircuitBreaker.Cause) -> Void,
        breaker: (String) -> SharedCircuitBreaker? = { _ in nil }
    ) {
        let languages = engines.map(\.capabilities.languages)
        capabilities = TranscriberCapabilities(
            languages: languages.contains([]) ? [] : Array(Set(languages.flatMap(\.self))).sorted(),
            readsAudio: engines.contains { $0.capabilities.readsAudio })
        order = EngineOrder(
            engines, name: \.name, policy: policy, now: now, onOpened: onOpened, breaker: breaker)
    }

    /// Of all of them: the second is to be there when the first is not.
    public func prepare() { for engine in order.engines { engine.prepare() } }

    public func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription {
        FailoverTranscription(order, request, deliver: deliver)
    }
}

/// One turn: its audio, and the engine that hears it now.
private final class FailoverTranscription: Transcription {
    private struct State {
        var samples: [Int16] = []
        var isFinished = false
        /// The latest attempt, and its transcription once it has been made.
        var attempt = 0
        var inner: (any Transcription)?
        /// How much of the audio the inner transcription has been given, and whether it knows that there is no more.
        var fed = 0
        var wasToldTheEnd = false
        /// One thread at a time hands over audio, so that it stays in order.
        var isFeeding = false
        /// Nobody hears the turn any more, whatever is still being begun for it.
        var isOver = false
    }

    /// Shared with the closure that begins an attempt, which must not hold the transcription itself.
    private final class Feed: Sendable {
        let state = Mutex(State())

        /// Makes another transcription the one that hears the turn, from its beginning.
        /// - Parameter make: is told whether another engine has begun with the turn.
        func begin(_ make: (_ isTakenOver: Bool) -> any Transcription) -> any Transcription {
            let attempt = state.withLock { state in
                state.attempt += 1
                state.inner = nil
                return state.attempt
            }
            let inner = make(attempt > 1)
            state.withLock { state in
                // An engine may fail inside the call that starts it: then a later attempt is under way already.
                guard state.attempt == attempt, !state.isOver else { return }
                state.inner = inner
                state.fed = 0
                state.wasToldTheEnd = false
            }
            feed()
            return inner
        }

        private enum Step {
            case audio(any Transcription, [Int16])
            case end(any Transcription)
        }

        /// Nobody hears the turn any more.
        func end() {
            // Released outside the lock: an engine's task may hold a good deal.
            _ = state.withLock { state in
                state.isOver = true
                defer { (state.inner, state.samples, state.fed) = (nil, [], 0) }
                return (state.inner, state.samples)
            }
        }

        func feed() {
            while let step = next() {
                switch step {
                case .audio(let inner, let samples): inner.append(samples.span)
                case .end(let inner): inner.finish()
                }
                state.withLock { $0.isFeeding = false }
            }
        }

        private func next() -> Step? {
            state.withLock { state in
                guard let inner = state.inner, !state.isFeeding else { return nil }
                if state.fed < state.samples.count {
                    defer { state.fed = state.samples.count }
                    state.isFeeding = true
                    return .audio(inner, Array(state.samples[state.fed...]))
                }
                guard state.isFinished, !state.wasToldTheEnd else { return nil }
                state.wasToldTheEnd = true
                state.isFeeding = true
                return .end(inner)
            }
        }
    }

    private let feed = Feed()
    private let run: FailoverRun<any Transcriber, TranscriptionEvent>

    init(
        _ order: EngineOrder<any Transcriber>, _ request: TranscriptionRequest,
        deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) {
        run = FailoverRun(
            order,
            kind: .init(
                begin: { [feed] engine, report in
                    feed.begin { isTakenOver in
                        var request = request
                        request.isTakenOver = isTakenOver
                        return engine.transcribe(request, deliver: report)
                    }
                },
                judge: Self.judge, announce: { .failedOver($0) }, fail: { .failed($0) },
                broke: nil, timeout: { .impatient("stt", $0) }),
            isOwed: false,
            deliver: { [feed] event in
                if Self.isEnd(event) { feed.end() }
                deliver(event)
            })
        run.start()
    }

    private static func isEnd(_ event: TranscriptionEvent) -> Bool {
        switch event {
        case .final, .failed: true
        case .interim, .failedOver: false
        }
    }

    func append(_ samples: Span<Int16>) {
        feed.state.withLock { state in
            guard !state.isFinished, !state.isOver else { return }
            let count = min(samples.count, TranscriptionRequest.maxSamples - state.samples.count)
            samples.extracting(first: count).withUnsafeBufferPointer { state.samples.append(contentsOf: $0) }
        }
        feed.feed()
    }

    func finish() {
        feed.state.withLock { $0.isFinished = true }
        run.inputEnded()
        feed.feed()
    }

    func cancel() {
        run.cancel()
        feed.end()
    }

    private static func judge(_ event: TranscriptionEvent) -> FailoverRun<any Transcriber, TranscriptionEvent>.Judgement
    {
        switch event {
        case .interim, .failedOver: .tentative
        case .final: .ended
        case .failed(let error): .failed(error)
        }
    }
}

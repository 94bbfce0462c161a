import Synchronization
public import TomEngines

/// A transcriber that answers what the test says, when the test says so.
public final class ScriptedTranscriber: Transcriber {
    public let name = "scripted"
    public let capabilities: TranscriberCapabilities
    public let started = ScriptedTasks<ScriptedTranscription>()
    private let onStart: @Sendable (ScriptedTranscription) -> Void
    private let onFinish: @Sendable (ScriptedTranscription) -> Void

    /// - Parameters:
    ///   - onStart: runs inside `transcribe`.
    ///   - onFinish: runs inside `finish()`.
    public init(
        readsAudio: Bool = true, onStart: @escaping @Sendable (ScriptedTranscription) -> Void = { _ in },
        onFinish: @escaping @Sendable (ScriptedTranscription) -> Void = { _ in }
    ) {
        capabilities = TranscriberCapabilities(languages: [], readsAudio: readsAudio)
        self.onStart = onStart
        self.onFinish = onFinish
    }

    /// One that hears `text` in every turn as soon as its audio is complete.
    public static func hearing(_ text: String?) -> ScriptedTranscriber {
        ScriptedTranscriber(onFinish: { $0.deliver(.final(Transcript(text: text))) })
    }

    public func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription {
        let transcription = ScriptedTranscription(ScriptedTask(request, handler: deliver), onFinish: onFinish)
        started.append(transcription)
        onStart(transcription)
        return transcription
    }
}

/// A transcription that keeps the audio it is given.
public final class ScriptedTranscription: Transcription {
    private struct State {
        var samples: [Int16] = []
        var finishes = 0
    }
    private let state = Mutex(State())
    private let task: ScriptedTask<TranscriptionRequest, TranscriptionEvent>
    private let onFinish: @Sendable (ScriptedTranscription) -> Void

    init(
        _ task: ScriptedTask<TranscriptionRequest, TranscriptionEvent>,
        onFinish: @escaping @Sendable (ScriptedTranscription) -> Void
    ) {
        self.task = task
        self.onFinish = onFinish
    }

    public var request: TranscriptionRequest { task.request }
    /// Everything appended so far.
    public var samples: [Int16] { state.withLock { $0.samples } }
    public var isFinished: Bool { state.withLock { $0.finishes } > 0 }
    public var isCancelled: Bool { task.isCancelled }

    public func append(_ samples: Span<Int16>) {
        state.withLock { state in for index in 0..<samples.count { state.samples.append(samples[index]) } }
    }

    public func finish() {
        state.withLock { $0.finishes += 1 }
        onFinish(self)
    }

    public func cancel() { task.cancel() }

    /// Delivers inside this call, on this thread.
    public func deliver(_ event: TranscriptionEvent) { task.deliver(event) }
    /// Delivers on a thread of its own and returns when that is done.
    public func deliverElsewhere(_ event: TranscriptionEvent) { task.deliverElsewhere(event) }
}

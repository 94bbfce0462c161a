import Synchronization
public import TomEngines

/// A detector that takes loud frames for speech and judges them when the test says: as soon as so many more have come,
/// or when they are let go.
public final class ScriptedSpeechDetector: SpeechDetector {
    public let name = "scripted"
    public let traits = SpeechDetectorTraits(frameSamples: 512, maxWaitingFrames: 64)
    public let started = ScriptedTasks<ScriptedSpeechDetection>()
    private let lag: Int

    /// - Parameter lag: frames that come after one before that one is judged.
    public init(lag: Int = 0) { self.lag = lag }

    public func detect(notify: @escaping @Sendable () -> Void) -> any SpeechDetection {
        let detection = ScriptedSpeechDetection(lag: lag, notify: notify)
        started.append(detection)
        return detection
    }
}

/// The detection of one call.
public final class ScriptedSpeechDetection: SpeechDetection {
    private struct State {
        var waiting: [Int16] = []
        var results: [Float] = []
        var failure: EngineError?
        var isCancelled = false
        var isOver = false
    }
    private let state = Mutex(State())
    private let lag: Int
    private let notify: @Sendable () -> Void

    init(lag: Int, notify: @escaping @Sendable () -> Void) {
        self.lag = lag
        self.notify = notify
    }

    public var isCancelled: Bool { state.withLock { $0.isCancelled } }

    public func append(_ samples: Span<Int16>) {
        state.withLock { state in for index in 0..<samples.count { state.waiting.append(samples[index]) } }
        judge(leaving: lag)
    }

    /// Judges all but the last `rest` frames, and notifies inside this call.
    public func judge(leaving rest: Int = 0) {
        let hasResults = state.withLock { state in
            guard !state.isOver, !state.isCancelled else { return false }
            while state.waiting.count >= 512 * (rest + 1) {
                let loudness = state.waiting[..<512].reduce(0) { $0 + abs(Int($1)) } / 512
                state.waiting.removeFirst(512)
                state.results.append(loudness > 500 ? 0.9 : 0.1)
            }
            return !state.results.isEmpty
        }
        if hasResults { notify() }
    }

    /// Ends the detection, as a model that fails does.
    public func fail(_ error: EngineError) {
        state.withLock { state in
            state.isOver = true
            state.failure = error
        }
        notify()
    }

    public func take(into probabilities: inout [Float]) -> EngineError? {
        state.withLock { state in
            probabilities += state.results
            state.results = []
            defer { state.failure = nil }
            return state.failure
        }
    }

    public func cancel() { state.withLock { $0.isCancelled = true } }
}

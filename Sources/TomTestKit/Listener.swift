import Dispatch
import Synchronization
public import TomEngines

/// Hears with a detector as a session would, and waits for what comes of it.
public final class Listener: Sendable {
    private struct State {
        var probabilities: [Float] = []
        var failure: EngineError?
    }
    private let state = Mutex(State())
    private let told = DispatchSemaphore(value: 0)
    public let detection: any SpeechDetection

    public init(_ detector: any SpeechDetector) {
        let told = self.told
        detection = detector.detect { told.signal() }
    }

    /// Gives the detection `samples`, `piece` of them at a time.
    public func hear(_ samples: [Int16], piece: Int = 320) {
        for start in stride(from: 0, to: samples.count, by: piece) {
            detection.append(samples[start..<min(start + piece, samples.count)].span)
        }
    }

    /// Waits until `count` frames are judged, or the detection has failed.
    @discardableResult
    public func probabilities(_ count: Int) -> [Float] {
        while true {
            let (enough, result) = state.withLock { state in
                if let failure = detection.take(into: &state.probabilities) { state.failure = failure }
                return (state.probabilities.count >= count || state.failure != nil, state.probabilities)
            }
            if enough { return result }
            told.wait()
        }
    }

    /// Waits until the detection fails.
    public func failure() -> EngineError? {
        probabilities(.max)
        return state.withLock { $0.failure }
    }

    /// What came of calls that were over, and the first one's detection as long as anybody holds it.
    public struct Ended {
        public weak var detection: (any SpeechDetection)?
        public var late: [Float] = []
        public var failures: [EngineError] = []
    }

    /// Listens and hangs up, each time after another amount of audio, and goes on hearing.
    public static func hangUpAtAnyMoment(_ detector: any SpeechDetector, times: Int) -> Ended {
        var ended = Ended()
        for round in 0..<times {
            let listener = Listener(detector)
            if round == 0 { ended.detection = listener.detection }
            listener.hear([Int16](repeating: 50, count: 512 * (1 + round % 8)))
            listener.detection.cancel()
            listener.detection.cancel()
            listener.hear([Int16](repeating: 50, count: 1_024))
            if let failure = listener.detection.take(into: &ended.late) { ended.failures.append(failure) }
        }
        return ended
    }
}

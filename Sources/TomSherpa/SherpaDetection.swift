import Synchronization
import TomEngines

/// The detection of one call: whenever it has a frame it is in the queue of the threads, once.
final class SherpaDetection: SpeechDetection {
    /// What a thread that judges the call needs; locked while it does.
    private struct Hearing {
        var detector: ActivityDetector?
        var frame: [Float]
    }

    private let queue: DetectionQueue
    private let detectors: ActivityDetectors
    private let workers: WorkerThreads
    private let hearing: Mutex<Hearing>

    /// Frames that are judged before other calls have their turn.
    private static let framesOfATurn = 8

    init(
        detectors: ActivityDetectors, workers: WorkerThreads, traits: SpeechDetectorTraits,
        notify: @escaping @Sendable () -> Void
    ) {
        queue = DetectionQueue(traits, notify: notify)
        self.detectors = detectors
        self.workers = workers
        hearing = Mutex(Hearing(frame: [Float](repeating: 0, count: traits.frameSamples)))
    }

    func append(_ samples: Span<Int16>) {
        if queue.append(samples) { schedule() }
    }

    func take(into probabilities: inout [Float]) -> EngineError? { queue.take(into: &probabilities) }

    func cancel() {
        queue.cancel()
        // Not here: a thread may have the detector, and to forget a call takes a moment. Refused, it goes with the call.
        _ = workers.submit { self.release() }
    }

    private func schedule() {
        if workers.submit({ self.judge() }) == nil { queue.fail(.overloaded("vad")) }
    }
}

// On a thread that may block.
extension SherpaDetection {
    private func judge() {
        let goesOn = hearing.withLock { hearing -> Bool in
            for _ in 0..<Self.framesOfATurn {
                let hasFrame = queue.next { samples in
                    for (index, sample) in samples.enumerated() { hearing.frame[index] = Float(sample) / 32_768 }
                }
                guard hasFrame else { return false }
                guard let detector = hearing.detector ?? detectors.take() else {
                    queue.fail(.runFailed("vad", why: "sherpa-onnx does not load it again"))
                    return false
                }
                hearing.detector = detector
                guard queue.accept(detector.isSpeech(hearing.frame) ? 1 : 0) else { return false }
            }
            return true
        }
        if goesOn { schedule() }
    }

    /// Gives the detector back after the call.
    private func release() {
        let detector = hearing.withLock { hearing -> ActivityDetector? in
            defer { hearing.detector = nil }
            return hearing.detector
        }
        if let detector { detectors.giveBack(detector) }
    }
}

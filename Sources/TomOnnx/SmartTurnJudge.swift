import Foundation
import Synchronization
public import TomEngines

/// smart-turn v3: from the last 8 s of a turn's audio, whether the caller has finished or only pauses.
public final class SmartTurnJudge: TurnEndJudge {
    public let name = "smart-turn"
    public let windowSamples = LogMelFeatures.samples
    /// Pauses that may wait for a thread. One takes about 0.1 s: what would wait longer comes too late to matter.
    static let maxWaiting = 16

    private let model: OnnxModel
    private let threshold: Double
    private let threads: WorkerThreads

    /// Loads the model and proves it.
    /// - Parameters:
    ///   - threshold: probability above which a turn counts as complete, 0...1.
    ///   - threads: pauses judged at one time, 1 or more; `nil`: one for every two cores.
    /// - Throws: `turn_end.model_missing`, `turn_end.model_unusable`.
    public init(
        modelPath: String, runtime: OnnxRuntime, threshold: Double = 0.5, threads: Int? = nil
    ) throws(EngineError) {
        model = try OnnxModel(
            path: modelPath, stage: "turn_end", runtime: runtime,
            inputs: [
                .init(
                    name: "input_features", element: .float, sizes: [nil, LogMelFeatures.bands, LogMelFeatures.steps])
            ],
            outputs: [.init(name: "logits", element: .float, sizes: [nil, 1])])
        self.threshold = threshold
        self.threads = WorkerThreads(
            limit: threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount / 2), queueLimit: Self.maxWaiting)
        do {
            _ = try probability([])
        } catch {
            throw .modelUnusable("turn_end", path: modelPath, why: "it fails on silence: \(error.message)")
        }
    }

    public func judge(
        _ samples: [Int16], deliver: @escaping @Sendable (Result<TurnEndVerdict, EngineError>) -> Void
    ) -> any EngineTask {
        let task = SmartTurnTask(threads: threads)
        let ticket = threads.submit { [self] in
            guard !task.isCancelled else { return }
            let result = Result { () throws(EngineError) in try verdict(samples) }
            if !task.isCancelled { deliver(result) }
        }
        if let ticket { task.began(ticket) } else { deliver(.failure(.overloaded("turn_end"))) }
        return task
    }

    private func verdict(_ samples: [Int16]) throws(EngineError) -> TurnEndVerdict {
        let probability = try probability(samples)
        return TurnEndVerdict(probability: probability, isComplete: probability > threshold)
    }

    /// How likely the turn is over; blocks for the time of a run.
    /// - Throws: `turn_end.run_failed`.
    public func probability(_ samples: [Int16]) throws(EngineError) -> Double {
        var features = LogMelFeatures.extract(samples)
        var result: Float = .nan
        // The tensors go before the memory they are over.
        let outcome: Result<Void, EngineError> = features.withUnsafeMutableBytes { input in
            withUnsafeMutableBytes(of: &result) { output in
                Result { () throws(EngineError) in
                    let sizes = [1, Int64(LogMelFeatures.bands), Int64(LogMelFeatures.steps)]
                    try model.run(
                        [OnnxTensor(input.baseAddress!, sizes: sizes, element: .float, model: model)],
                        [OnnxTensor(output.baseAddress!, sizes: [1, 1], element: .float, model: model)])
                }
            }
        }
        try outcome.get()
        guard (0...1).contains(result) else {
            throw .runFailed("turn_end", why: "what it makes of a pause is no probability")
        }
        return Double(result)
    }
}

/// One pause that is being judged.
private final class SmartTurnTask: EngineTask {
    private struct State {
        var ticket: WorkerThreads.Ticket?
        var isCancelled = false
    }
    private let state = Mutex(State())
    private let threads: WorkerThreads

    init(threads: WorkerThreads) { self.threads = threads }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func began(_ ticket: WorkerThreads.Ticket) { state.withLock { $0.ticket = ticket } }

    /// A run that has begun goes to its end; its verdict falls away.
    func cancel() {
        let ticket = state.withLock { state in
            state.isCancelled = true
            return state.ticket
        }
        if let ticket { _ = threads.withdraw(ticket) }
    }
}

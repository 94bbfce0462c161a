import Synchronization
import TomEngines

/// Judges the frames of all calls, as many in one run as have come together while the last run was going.
///
/// Nothing waits for a batch to fill: a single call's frame is judged at once, and the more calls there are the larger
/// the batches become, which is what makes a frame cheaper. The queue holds each call at most once; the audio behind it
/// is bounded by call.
final class SileroScheduler: Sendable {
    private struct State {
        var queue: [SileroDetection] = []
        var runners = 0
        /// Memory of runners that have nothing to do: kept, so that the frame of a single call allocates none.
        var idleBatches: [SileroBatch] = []
    }

    private let model: SileroModel
    private let maxBatch: Int
    private let maxRunners: Int
    private let threads: WorkerThreads
    private let state = Mutex(State())

    /// - Parameters:
    ///   - maxBatch: frames of one run; they bound how long a frame waits for the run before its own.
    ///   - threads: runs at one time.
    init(model: SileroModel, maxBatch: Int, threads: Int) {
        self.model = model
        self.maxBatch = maxBatch
        maxRunners = threads
        self.threads = WorkerThreads(limit: threads, queueLimit: threads)
    }

    /// Takes a call that has a frame, from any thread. Never blocks: the lock is held to append a reference.
    func enqueue(_ detection: SileroDetection) {
        let starts = state.withLock { state in
            state.queue.append(detection)
            // A second runner while one keeps up would only halve the batches.
            let isWanted = state.runners == 0 || state.queue.count > maxBatch
            guard isWanted, state.runners < maxRunners else { return false }
            state.runners += 1
            return true
        }
        guard starts, threads.submit({ [self] in run() }) == nil else { return }
        // The kernel gives no thread.
        let stranded = state.withLock { state in
            state.runners -= 1
            guard state.runners == 0 else { return [SileroDetection]() }
            defer { state.queue = [] }
            return state.queue
        }
        for detection in stranded { detection.fail(.overloaded("vad")) }
    }

    /// Judges batch after batch until nobody waits.
    private func run() {
        let batch = state.withLock { $0.idleBatches.popLast() } ?? SileroBatch(capacity: maxBatch)
        while fill(batch) { judge(batch) }
    }

    /// Fills `batch` with the calls that have waited longest.
    /// - Returns: `false` when nobody waits; the batch is given back then.
    private func fill(_ batch: SileroBatch) -> Bool {
        batch.removeAll()
        return state.withLock { state in
            guard !state.queue.isEmpty else {
                state.runners -= 1
                state.idleBatches.append(batch)
                return false
            }
            let count = min(state.queue.count, maxBatch)
            batch.calls.append(contentsOf: state.queue[..<count])
            state.queue.removeFirst(count)
            return true
        }
    }

    private func judge(_ batch: SileroBatch) {
        batch.calls.removeAll { !$0.contribute(to: batch) }
        do throws(EngineError) {
            try batch.run(model)
        } catch {
            for call in batch.calls { call.fail(error) }
            return
        }
        for (call, probability) in zip(batch.calls, batch.probabilities) where call.accept(probability) {
            again(call)
        }
    }

    /// The call has more audio: it goes to the end of the queue, behind those that have waited.
    private func again(_ call: SileroDetection) { state.withLock { $0.queue.append(call) } }
}

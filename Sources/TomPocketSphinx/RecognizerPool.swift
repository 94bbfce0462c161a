import Synchronization
import TomEngines

/// The recognisers that exist. The bounded set of threads beside it lets no more than its limit run, so that there
/// never are more recognisers than threads.
final class RecognizerPool: Sendable {
    /// A recogniser on its way between threads. Unchecked, because the C handles in it have no thread of their own:
    /// whoever took it from the pool is its only user until it is put back.
    private struct Parked: @unchecked Sendable {
        let recognizer: Recognizer
    }

    let vocabulary: Vocabulary
    private let modelPath: String
    private let parked = Mutex<[Parked]>([])

    init(vocabulary: Vocabulary, modelPath: String) {
        self.vocabulary = vocabulary
        self.modelPath = modelPath
    }

    /// A free recogniser, or another one, which takes some ten milliseconds to make.
    func take() throws(EngineError) -> Recognizer {
        if let free = parked.withLock({ $0.popLast() }) { return free.recognizer }
        return try Recognizer(vocabulary: vocabulary, modelPath: modelPath)
    }

    func putBack(_ recognizer: Recognizer) {
        let parcel = Parked(recognizer: recognizer)
        parked.withLock { $0.append(parcel) }
    }

    /// Recognisers that nobody uses at the moment.
    var freeCount: Int { parked.withLock { $0.count } }
}

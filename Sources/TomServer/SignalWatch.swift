import Dispatch
import Glibc
import Synchronization

/// Counts SIGTERM and SIGINT instead of dying of them.
final class SignalWatch: Sendable {
    private let count = Mutex(0)
    private let sources = Mutex<[any DispatchSourceSignal]>([])

    /// - Parameter onSignal: told how many came so far, on a queue of its own.
    init(onSignal: @escaping @Sendable (Int) -> Void) {
        let queue = DispatchQueue(label: "tom.signals")
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [weak self] in
                guard let self else { return }
                onSignal(
                    self.count.withLock {
                        $0 += 1
                        return $0
                    })
            }
            source.resume()
            sources.withLock { $0.append(source) }
        }
    }

    /// Gives the signals their usual effect back.
    func cancel() {
        sources.withLock { sources in
            for source in sources { source.cancel() }
            sources = []
        }
        for number in [SIGTERM, SIGINT] { signal(number, SIG_DFL) }
    }
}

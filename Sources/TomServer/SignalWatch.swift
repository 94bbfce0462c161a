import Dispatch
import Glibc
import Synchronization

/// Counts SIGTERM and SIGINT instead of dying of them.
///
/// Unchecked: `sources` is set once in `init`; Dispatch's sources may be cancelled from any thread, but do not say so.
final class SignalWatch: @unchecked Sendable {
    private let count = Atomic<Int>(0)
    private let sources: [any DispatchSourceSignal]

    /// - Parameter onSignal: told how many came so far, on a queue of its own.
    init(onSignal: @escaping @Sendable (Int) -> Void) {
        let queue = DispatchQueue(label: "tom.signals")
        sources = Self.signals.map { DispatchSource.makeSignalSource(signal: $0, queue: queue) }
        for number in Self.signals { signal(number, SIG_IGN) }
        for source in sources {
            source.setEventHandler { [weak self] in
                guard let self else { return }
                onSignal(count.wrappingAdd(1, ordering: .relaxed).newValue)
            }
            source.resume()
        }
    }

    /// Gives the signals their usual effect back.
    func cancel() {
        for source in sources { source.cancel() }
        for number in Self.signals { signal(number, SIG_DFL) }
    }

    private static let signals = [SIGTERM, SIGINT]
}

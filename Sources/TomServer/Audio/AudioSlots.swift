import Synchronization

/// Bounds the requests that speak or write down at one time.
final class AudioSlots: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    init(limit: Int) { self.limit = max(1, limit) }

    /// One of the slots; it is given back by `release`, or when its last reference goes.
    /// - Throws: `ServerError` with 503 when all are taken.
    func take() throws(ServerError) -> Slot {
        let isFree = taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
        guard isFree else { throw .tooManyAudioRequests }
        return Slot(self)
    }

    final class Slot: Sendable {
        private let slots: AudioSlots
        private let isReleased = Atomic(false)
        fileprivate init(_ slots: AudioSlots) { self.slots = slots }
        deinit { release() }

        /// Gives the slot back; a second call does nothing.
        func release() {
            if !isReleased.exchange(true, ordering: .relaxed) { slots.taken.withLock { $0 -= 1 } }
        }
    }
}

import Synchronization

/// Bounds the connections that have not sent a whole request head yet.
///
/// When a bound is reached the oldest such connection goes, not the newest: whoever means to talk needs milliseconds, and is
/// let in however many others never finish.
final class UnfinishedConnections: Sendable {
    enum Shed: String, Sendable { case perAddress = "per_address", overall }

    private struct Entry {
        var address: IPAddress?
        var close: @Sendable () -> Void
    }
    private struct State {
        var nextID: UInt64 = 0
        var entries: [UInt64: Entry] = [:]
        /// Ids in order of arrival; those that finished are skipped when they come to the front.
        var order: [UInt64] = []
        var byAddress: [IPAddress: [UInt64]] = [:]
    }

    private let maxOverall: Int
    private let maxPerAddress: Int
    private let onShed: @Sendable (Shed) -> Void
    private let state = Mutex(State())

    init(maxOverall: Int, maxPerAddress: Int, onShed: @escaping @Sendable (Shed) -> Void) {
        self.maxOverall = max(1, maxOverall)
        self.maxPerAddress = max(1, maxPerAddress)
        self.onShed = onShed
    }

    var count: Int { state.withLock { $0.entries.count } }

    /// Notes a fresh connection and makes room for it.
    /// - Parameter close: closes it; called from any thread.
    /// - Returns: its id for `finished`.
    func began(_ address: IPAddress?, close: @escaping @Sendable () -> Void) -> UInt64 {
        let key = address?.limitKey
        let (id, victims) = state.withLock { state -> (UInt64, [(Entry, Shed)]) in
            var victims: [(Entry, Shed)] = []
            if let key, let oldest = state.byAddress[key]?.first,
                state.byAddress[key, default: []].count >= maxPerAddress,
                let entry = Self.remove(oldest, from: &state)
            {
                victims.append((entry, .perAddress))
            }
            while state.entries.count >= maxOverall,
                let oldest = state.order.first(where: { state.entries[$0] != nil }),
                let entry = Self.remove(oldest, from: &state)
            {
                victims.append((entry, .overall))
            }
            state.nextID += 1
            state.entries[state.nextID] = Entry(address: key, close: close)
            state.order.append(state.nextID)
            if let key { state.byAddress[key, default: []].append(state.nextID) }
            return (state.nextID, victims)
        }
        for (entry, reason) in victims {
            entry.close()
            onShed(reason)
        }
        return id
    }

    /// The connection sent its first request head, or is gone.
    func finished(_ id: UInt64) { state.withLock { _ = Self.remove(id, from: &$0) } }

    private static func remove(_ id: UInt64, from state: inout State) -> Entry? {
        guard let entry = state.entries.removeValue(forKey: id) else { return nil }
        if let key = entry.address {
            state.byAddress[key]?.removeAll { $0 == id }
            if state.byAddress[key]?.isEmpty == true { state.byAddress[key] = nil }
        }
        // keeps the order's length within twice the live entries
        if state.order.count > 64, state.order.count > 2 * state.entries.count {
            let live = state.entries
            state.order.removeAll { live[$0] == nil }
        }
        return entry
    }
}

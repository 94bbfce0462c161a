public import Foundation
import Synchronization
import TomConversation
public import TomEngines

/// The records of calls: those that are live, and the latest that have ended.
public final class CallRegister: Sendable {
    private struct State {
        var live: [String: CallAccount] = [:]
        var ended: [String: CallRecord] = [:]
        /// Ids of `ended`, oldest first.
        var order: [String] = []
    }

    /// Calls that have ended and are still known.
    public static let maxEnded = 1_000

    private let prices: PriceList?
    private let now: @Sendable () -> Date
    private let onEnded: @Sendable (CallRecord) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - prices: `nil`: nothing has a price.
    ///   - now: the wall clock.
    ///   - onEnded: told of each call at its end, on the call's event loop: it must not block.
    public init(
        prices: PriceList? = nil, now: @escaping @Sendable () -> Date = Date.init,
        onEnded: @escaping @Sendable (CallRecord) -> Void = { _ in }
    ) {
        self.prices = prices
        self.now = now
        self.onEnded = onEnded
    }

    /// The record of a call, also while it goes on; `nil` when none is known.
    public func record(of id: String) -> CallRecord? {
        let (live, ended) = state.withLock { ($0.live[id], $0.ended[id]) }
        return live.map { record($0, nil) } ?? ended
    }

    /// - Parameter isListed: whether its record is kept in memory once it has ended.
    func begin(callID: String, agentID: String, transport: String, isListed: Bool = true) -> CallAccount {
        CallAccount(
            id: callID, agent: agentID, transport: transport, started: now(), isListed: isListed, register: self)
    }

    func opened(_ account: CallAccount) { state.withLock { $0.live[account.id] = account } }

    fileprivate func closed(_ account: CallAccount, _ termination: Termination) {
        let record = record(account, termination)
        if account.isListed { list(record, of: account) }
        onEnded(record)
    }

    private func list(_ record: CallRecord, of account: CallAccount) {
        state.withLock { state in
            // Another call may have taken the id since.
            if state.live[account.id] === account { state.live[account.id] = nil }
            if state.ended.updateValue(record, forKey: account.id) != nil {
                state.order.removeAll { $0 == account.id }
            }
            state.order.append(account.id)
            if state.order.count > Self.maxEnded { state.ended[state.order.removeFirst()] = nil }
        }
    }

    private func record(_ account: CallAccount, _ termination: Termination?) -> CallRecord {
        let entries = account.usage.entries
        return CallRecord(
            id: account.id, agent: account.agent, state: termination == nil ? "live" : "ended",
            transport: account.transport, started: account.started, ended: termination.map { _ in now() },
            termination: termination, usage: entries.map { .init($0, cost: prices?.cost(of: $0)) },
            cost: prices.map { CallRecord.Cost(entries, $0) })
    }
}

/// What one call is charged with; its session closes it.
final class CallAccount: Sendable {
    let id: String
    let agent: String
    let transport: String
    let started: Date
    let usage = UsageLedger()
    fileprivate let isListed: Bool
    private let register: CallRegister
    private let isClosed = Atomic(false)

    fileprivate init(
        id: String, agent: String, transport: String, started: Date, isListed: Bool, register: CallRegister
    ) {
        self.isListed = isListed
        self.id = id
        self.agent = agent
        self.transport = transport
        self.started = started
        self.register = register
    }

    /// The call is over; a second call does nothing.
    func close(_ termination: Termination) {
        if !isClosed.exchange(true, ordering: .acquiringAndReleasing) { register.closed(self, termination) }
    }
}

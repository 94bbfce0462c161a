import Foundation
import Synchronization
import TomConversation

/// The live calls: who may start one, and when the last is over.
final class CallRegistry: Sendable {
    private struct State {
        var calls: [String: LiveCall] = [:]
        var draining = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// Sent as `Retry-After` when all slots are taken or the server drains.
    private static let retryAfterSeconds = 5

    private let maxCalls: Int
    private let onCount: @Sendable (Int) -> Void
    private let state = Mutex(State())

    /// - Parameter onCount: told the number of live calls when it changes.
    init(maxCalls: Int, onCount: @escaping @Sendable (Int) -> Void) {
        self.maxCalls = maxCalls
        self.onCount = onCount
    }

    var isDraining: Bool { state.withLock { $0.draining } }
    var summaries: [LiveCall.Summary] {
        state.withLock { Array($0.calls.values) }.map(\.summary).sorted { ($0.started, $0.id) < ($1.started, $1.id) }
    }

    /// Takes the call id and a slot, both or neither.
    /// - Throws: `ServerError` with 503 while draining or at capacity, with 409 when the id is live.
    func claim(_ id: String, transport: String, at now: Date) throws(ServerError) -> LiveCall {
        let call = LiveCall(id: id, transport: transport, started: now) { [weak self] in self?.remove($0) }
        let refusal: ServerError? = state.withLock { state in
            if state.draining { return .draining(retryAfterSeconds: Self.retryAfterSeconds) }
            if state.calls[id] != nil { return .callExists }
            if state.calls.count >= maxCalls { return .atCapacity(retryAfterSeconds: Self.retryAfterSeconds) }
            state.calls[id] = call
            onCount(state.calls.count)
            return nil
        }
        if let refusal { throw refusal }
        return call
    }

    private func remove(_ call: LiveCall) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            // an id may have been claimed anew since: only the very call is taken out
            guard state.calls[call.id] === call else { return [] }
            state.calls[call.id] = nil
            onCount(state.calls.count)
            guard state.calls.isEmpty else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Refuses calls from now on.
    func beginDraining() { state.withLock { $0.draining = true } }

    /// Ends every live call.
    func stopAll(_ termination: Termination) {
        for call in state.withLock({ Array($0.calls.values) }) { call.stop(termination) }
    }

    /// Returns when no call is live.
    func whenEmpty() async {
        await withCheckedContinuation { continuation in
            let empty = state.withLock { state in
                if !state.calls.isEmpty { state.waiters.append(continuation) }
                return state.calls.isEmpty
            }
            if empty { continuation.resume() }
        }
    }
}

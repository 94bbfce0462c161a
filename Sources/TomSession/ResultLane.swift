import NIOCore
import Synchronization
import TomEngines

/// The way of one engine task's results to the session that started it.
///
/// Bounded: an engine that delivers faster than the call takes results in, or that never stops delivering, has failed, which
/// harms its own call only. Closed when the task is over or cancelled: what still comes is dropped where it was made, and an
/// engine that hangs holds neither the session nor its transport.
final class ResultLane: Sendable {
    /// Results that may wait at once; one more ends the task with the lane's failure.
    static let maxWaiting = 1_024
    /// Results of one task in all: without this, an engine whose results are taken in as fast as it makes them would keep the
    /// event loop busy for ever. Twice what 90 s of speech in pieces of 10 ms, the longest honest task, delivers.
    static let maxResults = 18_000

    private struct State {
        var session: Session?
        var waiting = 0
        var results = 0
        /// Results on their way from other threads.
        var hopping = 0
        var overflow: Session.Work?
    }
    private let state: Mutex<State>

    /// - Parameter overflow: what the session is told, once, when too many results wait.
    init(to session: Session, overflow: Session.Work) {
        state = Mutex(State(session: session, overflow: overflow))
    }

    var isOpen: Bool { state.withLock { $0.session != nil } }

    /// Takes a result to the session, from any thread.
    func deliver(_ work: Session.Work) {
        let admitted: (session: Session, work: Session.Work)? = state.withLock { state in
            guard let session = state.session else { return nil }
            guard state.waiting < Self.maxWaiting, state.results < Self.maxResults else {
                state.session = nil
                return state.overflow.map { (session, $0) }
            }
            state.waiting += 1
            state.results += 1
            return (session, work)
        }
        guard let admitted else { return }
        admitted.session.deliver(admitted.work, from: self)
    }

    /// Whether results are on their way from other threads: a later one must not overtake them.
    var isHopping: Bool { state.withLock { $0.hopping > 0 } }
    func hopBegins() { state.withLock { $0.hopping += 1 } }
    func hopEnds() { state.withLock { $0.hopping -= 1 } }

    /// The session has taken one result in.
    func resultTaken() { state.withLock { $0.waiting -= 1 } }

    func close() {
        state.withLock { state in
            state.session = nil
            state.overflow = nil
        }
    }
}

extension Session {
    /// Takes an engine's result on any thread to the call's event loop; inline when already there, unless an earlier one of
    /// the same lane is still on its way from another thread.
    nonisolated func deliver(_ work: Work, from lane: ResultLane?) {
        if eventLoop.inEventLoop, lane?.isHopping != true {
            assumeIsolated { $0.process(work, from: lane) }
        } else {
            lane?.hopBegins()
            eventLoop.execute {
                lane?.hopEnds()
                self.assumeIsolated { $0.process(work, from: lane) }
            }
        }
    }
}

/// An engine's work that is running for a call.
struct RunningTask<ID: Hashable & Sendable> {
    let id: ID
    let task: any EngineTask
    let lane: ResultLane

    func cancel() {
        lane.close()
        task.cancel()
    }
}

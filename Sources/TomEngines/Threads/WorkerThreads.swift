import Glibc

/// A bounded set of threads for work that blocks, with a bounded queue in front, first come first served.
///
/// Event loops and Swift's cooperative pool must not block; this is where engines that do run. Threads are started
/// when work finds none free, up to the limit, and then kept until the last reference to the set goes.
package final class WorkerThreads: Sendable {
    /// Names a piece of work that waits or runs.
    package struct Ticket: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct State {
        var waiting: [(ticket: Ticket, work: @Sendable () -> Void)] = []
        var nextNumber: UInt64 = 1
        var threads = 0
        /// Threads that wait for work or have just been started for some: the first so many pieces of work waiting
        /// are theirs.
        var idle = 0
        var stopped = false
    }

    private let monitor: Monitor<State>
    private let limit: Int
    private let queueLimit: Int

    /// - Parameters:
    ///   - limit: threads at most, 1 or more.
    ///   - queueLimit: pieces of work that may wait for a thread, 0 or more.
    package init(limit: Int, queueLimit: Int) {
        precondition(limit >= 1 && queueLimit >= 0, "\(limit) threads and a queue of \(queueLimit) do no work")
        self.limit = limit
        self.queueLimit = queueLimit
        monitor = Monitor(State())
    }

    deinit { monitor.broadcast { $0.stopped = true } }

    /// Runs `work` on a thread of the set, after all work submitted before it has begun. Never blocks.
    /// - Returns: `nil` when the queue is full; `work` will not run then.
    package func submit(_ work: @escaping @Sendable () -> Void) -> Ticket? {
        let outcome: (ticket: Ticket, starts: Bool)? = monitor.signal { state in
            let free = state.idle + limit - state.threads
            guard state.waiting.count < queueLimit + free else { return nil }
            let ticket = Ticket(number: state.nextNumber)
            state.nextNumber += 1
            state.waiting.append((ticket, work))
            let starts = state.waiting.count > state.idle && state.threads < limit
            if starts {
                state.threads += 1
                state.idle += 1
            }
            return (ticket, starts)
        }
        guard let outcome else { return nil }
        if outcome.starts, !startThread() {
            // The kernel refuses another thread: those that run take the work; without any it is refused.
            let remaining = monitor.withLock { state in
                state.threads -= 1
                state.idle -= 1
                return state.threads
            }
            if remaining == 0, withdraw(outcome.ticket) { return nil }
        }
        return outcome.ticket
    }

    /// Takes work out of the queue.
    /// - Returns: `false` when it has begun, or was withdrawn before.
    package func withdraw(_ ticket: Ticket) -> Bool {
        monitor.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else { return false }
            state.waiting.remove(at: index)
            return true
        }
    }

    /// How many pieces of work wait for a thread.
    package var waitingCount: Int { monitor.withLock { max(0, $0.waiting.count - $0.idle) } }
    /// How many pieces of work run.
    package var runningCount: Int { monitor.withLock { $0.threads - $0.idle + min($0.waiting.count, $0.idle) } }

    private func startThread() -> Bool {
        // The thread keeps the monitor, not the set, so that the set can go while threads wait.
        let monitor = monitor
        return startDetachedThread {
            while let work = Self.next(monitor) {
                work()
                monitor.withLock { $0.idle += 1 }
            }
        }
    }

    private static func next(_ monitor: Monitor<State>) -> (@Sendable () -> Void)? {
        monitor.wait { state -> (@Sendable () -> Void)?? in
            if !state.waiting.isEmpty {
                state.idle -= 1
                return .some(state.waiting.removeFirst().work)
            }
            guard state.stopped else { return nil }
            state.idle -= 1
            state.threads -= 1
            return .some(nil)
        }
    }
}

/// What a thread is born with.
private final class ThreadStart {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Starts a thread with all signals blocked: signals are for the main thread, and writing to a pipe whose reader has
/// died then gives EPIPE instead of ending the server.
private func startDetachedThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    var everything = sigset_t()
    var previous = sigset_t()
    sigfillset(&everything)
    // The new thread inherits the mask of the one that starts it.
    pthread_sigmask(SIG_SETMASK, &everything, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
    let start = Unmanaged.passRetained(ThreadStart(body))
    var thread = pthread_t()
    let result = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }, start.toOpaque())
    guard result == 0 else {
        start.release()
        return false
    }
    pthread_detach(thread)
    return true
}

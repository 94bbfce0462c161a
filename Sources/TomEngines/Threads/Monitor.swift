import Glibc

/// State behind a lock on which a thread can wait until the state is as it wants it.
///
/// `Synchronization.Mutex` has no condition variable, and Foundation's `NSCondition` does not tie the state to its
/// lock.
package final class Monitor<State>: @unchecked Sendable {
    // Unchecked because the C lock guards `state`: it is reached only between lock and unlock.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    package init(_ state: sending State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Looks at the state or changes it; wakes nobody.
    package func withLock<Result>(_ body: (inout State) throws -> sending Result) rethrows -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Changes the state and wakes one waiting thread.
    package func signal<Result>(_ body: (inout State) throws -> sending Result) rethrows -> sending Result {
        defer { pthread_cond_signal(condition) }
        return try withLock(body)
    }

    /// Changes the state and wakes every waiting thread.
    package func broadcast<Result>(_ body: (inout State) throws -> sending Result) rethrows -> sending Result {
        defer { pthread_cond_broadcast(condition) }
        return try withLock(body)
    }

    /// Blocks until `body` gives a result; it is asked at once and after every signal.
    package func wait<Result>(_ body: (inout State) -> sending Result?) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            pthread_cond_wait(condition, mutex)
        }
    }
}

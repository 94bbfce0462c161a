public import Dispatch
import Glibc
public import NIOCore
import NIOEmbedded
import Synchronization

/// An event loop in virtual time that an actor can run on: it stands still until a test advances it, on the test's own thread.
///
/// It is NIO's `EmbeddedEventLoop`, which cannot be an executor and must not be touched from other threads, with an inbox for
/// what other threads execute on it; that runs when the test advances the loop next. Tests that use it are synchronous
/// functions, so that they stay on one thread.
public final class VirtualEventLoop: EventLoop, NIOSerialEventLoopExecutor {
    private let base = EmbeddedEventLoop()
    private let thread = pthread_self()
    private let inbox = Mutex<[@Sendable () -> Void]>([])

    public init() {}

    /// Lets `duration` pass: everything due within it runs, at its time and in order.
    public func advance(by duration: Duration) {
        takeInbox()
        let end =
            base.now
            + .nanoseconds(
                duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000)
        base.advanceTime(to: end)
        takeInbox()
    }

    /// Runs what is due now.
    public func run() { advance(by: .zero) }

    private func takeInbox() {
        while true {
            let tasks = inbox.withLock { tasks in
                defer { tasks = [] }
                return tasks
            }
            guard !tasks.isEmpty else { return }
            for task in tasks { base.execute(task) }
            base.run()
        }
    }

    // MARK: EventLoop

    public var now: NIODeadline { base.now }
    public var inEventLoop: Bool { pthread_equal(thread, pthread_self()) != 0 }

    public func execute(_ task: @escaping @Sendable () -> Void) {
        let isQueued = inbox.withLock { tasks in
            // Behind what other threads have executed, as on a loop with one queue.
            guard !inEventLoop || !tasks.isEmpty else { return false }
            tasks.append(task)
            return true
        }
        if !isQueued { base.execute(task) }
    }

    @discardableResult
    public func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        base.scheduleTask(deadline: deadline, task)
    }

    @discardableResult
    public func scheduleTask<T>(in delay: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        base.scheduleTask(in: delay, task)
    }

    public func preconditionInEventLoop(file: StaticString, line: UInt) {
        precondition(inEventLoop, "not on the virtual event loop", file: file, line: line)
    }

    public func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        base.shutdownGracefully(queue: queue, callback)
    }
}

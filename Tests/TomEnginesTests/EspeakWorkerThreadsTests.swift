import Dispatch
import Synchronization
import Testing

@testable import TomEngines

@Suite("WorkerThreads")
struct WorkerThreadsTests {
    @Test func runsNoMoreThanItsLimitAndRefusesBeyondItsQueue() async {
        let workers = WorkerThreads(limit: 2, queueLimit: 3)
        let gate = DispatchSemaphore(value: 0)
        let order = Mutex<[Int]>([])
        let (finished, done) = AsyncStream<Void>.makeStream()
        let tickets = (0..<5).map { index in
            workers.submit {
                gate.wait()
                order.withLock { $0.append(index) }
                done.yield()
            }
        }
        #expect(tickets.allSatisfy { $0 != nil })
        #expect(workers.submit {} == nil)
        #expect((workers.waitingCount, workers.runningCount) == (3, 2))
        #expect(tickets[3].map(workers.withdraw) == true)
        #expect(tickets[3].map(workers.withdraw) == false)
        #expect(workers.waitingCount == 2)
        var ends = finished.makeAsyncIterator()
        for _ in 0..<4 {
            gate.signal()
            await ends.next()
        }
        #expect(Set(order.withLock { $0 }) == [0, 1, 2, 4])
        #expect(workers.waitingCount == 0)
    }

    @Test func threadsEndWithTheSet() async {
        final class Witness: Sendable {
            let onEnd: @Sendable () -> Void
            init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
            deinit { onEnd() }
        }
        let (ended, end) = AsyncStream<Void>.makeStream()
        do {
            let workers = WorkerThreads(limit: 4, queueLimit: 0)
            for _ in 0..<4 {
                let witness = Witness { end.yield() }
                #expect(workers.submit { _ = witness.onEnd } != nil)
            }
        }
        var ends = ended.makeAsyncIterator()
        for _ in 0..<4 { await ends.next() }
    }
}

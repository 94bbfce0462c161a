import Foundation
import Synchronization
public import TomEngines

/// Work of a scripted engine: it does nothing but what the test delivers, whenever and from wherever, cancelled or not.
public final class ScriptedTask<Request: Sendable, Report: Sendable>: EngineTask {
    public let request: Request
    private let handler: @Sendable (Report) -> Void
    private let cancellationCount = Mutex(0)

    init(_ request: Request, handler: @escaping @Sendable (Report) -> Void) {
        self.request = request
        self.handler = handler
    }

    public func cancel() { cancellationCount.withLock { $0 += 1 } }

    public var isCancelled: Bool { cancellationCount.withLock { $0 } > 0 }

    /// Delivers inside this call, on this thread.
    public func deliver(_ reports: Report...) { for report in reports { handler(report) } }

    /// Delivers on a thread of its own and returns when all has been delivered there; the session learns of it when its
    /// event loop runs next.
    public func deliverElsewhere(_ reports: Report...) {
        let done = DispatchSemaphore(value: 0)
        let handler = self.handler
        Thread.detachNewThread {
            for report in reports { handler(report) }
            done.signal()
        }
        done.wait()
    }
}

/// What a scripted engine or tool was asked for, in order.
public final class ScriptedTasks<Work: Sendable>: Sendable {
    private let all = Mutex<[Work]>([])

    public init() {}

    public func append(_ work: Work) { all.withLock { $0.append(work) } }

    public var list: [Work] { all.withLock { $0 } }
    public var count: Int { list.count }
    public var last: Work? { list.last }
    public subscript(index: Int) -> Work { list[index] }
}

import TomEngines
import TomErrors

/// What an engine delivers, waited for by a task: the callback's side and the task's side of one piece of work.
struct PendingResults<Element: Sendable>: Sendable {
    private let stream: AsyncThrowingStream<Element, any Error>
    private let feed: AsyncThrowingStream<Element, any Error>.Continuation

    init() { (stream, feed) = AsyncThrowingStream.makeStream(of: Element.self) }

    func yield(_ element: Element) { feed.yield(element) }
    /// Ends the results; later ends do nothing.
    func finish(_ error: (any Error)? = nil) { feed.finish(throwing: error) }
    /// Cancels the work when the results end, however they do, and when nobody waits for them any more.
    func onEnd(cancel task: any EngineTask) { feed.onTermination = { _ in task.cancel() } }

    /// The next result; `nil` at the end.
    /// - Parameter patience: how long to wait for it before the results end with `tooSlow`.
    /// - Throws: what the results ended with, and `CancellationError` when the waiting task is cancelled.
    func next(
        patience: Duration, _ clock: any Clock<Duration>, tooSlow: EngineError, isolation: isolated any Actor
    ) async throws -> Element? {
        let alarm = Task {
            try await clock.sleep(for: patience)
            feed.finish(throwing: tooSlow)
        }
        defer { alarm.cancel() }
        var iterator = stream.makeAsyncIterator()
        let element = try await iterator.next(isolation: isolation)
        if element == nil { try Task.checkCancellation() }
        return element
    }
}

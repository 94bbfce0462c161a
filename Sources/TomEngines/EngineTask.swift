/// Work an engine has begun.
///
/// Engines report through a `deliver` closure, which they may call from any thread, inside the starting call or later. They
/// call it in order and never concurrently for one task. Exactly one terminal event ends a task that is not cancelled.
public protocol EngineTask: AnyObject, Sendable {
    /// Stops the work at once and frees what it holds. Never blocks; calling it twice, or after the end, does nothing.
    /// Results already on their way may still arrive and are dropped by id.
    func cancel()
}

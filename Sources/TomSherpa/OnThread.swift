import TomEngines
import TomErrors

/// Runs `work`, which blocks, on a thread made for it.
/// - Throws: what `work` throws.
func onThread<Value: Sendable>(
    _ work: @escaping @Sendable () throws(EngineError) -> Value
) async throws(EngineError) -> Value {
    let result = await withCheckedContinuation {
        (continuation: CheckedContinuation<Result<Value, EngineError>, Never>) in
        let threads = WorkerThreads(limit: 1, queueLimit: 1)
        let ticket = threads.submit {
            do throws(EngineError) {
                continuation.resume(returning: .success(try work()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        if ticket == nil {
            let error = EngineError(
                code: "stt.no_thread", message: "the system refuses another thread.",
                hint: "Raise the limit of processes (`ulimit -u`).", category: .quota)
            continuation.resume(returning: .failure(error))
        }
    }
    return try result.get()
}

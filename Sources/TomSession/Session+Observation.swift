import CoreMetrics
import Logging
import TomConversation
import TomEngines
import TomErrors

/// What the operator learns of a call: counters and log lines, never what was said.
extension Session {
    func failed(_ kind: String, _ error: EngineError) {
        metrics.engine(kind, .failed)
        logger.warning(
            "engine failed",
            metadata: [
                "engine.kind": "\(kind)", "error.code": "\(error.code)", "error.category": "\(error.category.rawValue)",
                "error.message": "\(error.message)",
            ])
    }

    /// An engine was replaced before it had answered: the other one has the same time for the work.
    func failedOver(_ kind: String, _ failover: EngineFailover, at work: EngineWork) {
        failedOver(kind, failover)
        apply(.engineReplaced(work))
    }

    /// An engine was replaced in the middle of a turn: the caller's client and the operator learn of it, the caller hears nothing.
    func failedOver(_ kind: String, _ failover: EngineFailover) {
        metrics.failedOver(kind, failover)
        logger.warning(
            "engine replaced",
            metadata: [
                "engine.kind": "\(kind)", "engine.name": "\(failover.from)", "engine.next": "\(failover.to)",
                "error.code": "\(failover.error.code)", "error.message": "\(failover.error.message)",
            ])
        emit(
            .notice(
                code: "\(kind).failover",
                message: "\(failover.from) failed (\(failover.error.code)); \(failover.to) takes its place."))
    }

    /// Counts and logs what matters to the operator; never what was said.
    func observe(_ event: Event) {
        switch event {
        case .bargeIn(let response, let heardMs, _):
            metrics.interruptions.increment()
            logger.debug("reply interrupted", metadata: ["response.id": "\(response)", "heard_ms": "\(heardMs)"])
        case .turnEnded(let turn, let response, let status, let latency):
            metrics.turnEnded(status, latency)
            broken = ([], [])
            logger.debug(
                "turn ended",
                metadata: [
                    "turn.id": "\(turn)", "response.id": "\(response)", "turn.status": "\(status.rawValue)",
                    "duration_ms": "\(latency.e2eMs.map { Int($0) } ?? 0)",
                ])
        case .notice(let code, _): logger.notice("call degraded", metadata: ["error.code": "\(code)"])
        default: break
        }
    }
}

import Foundation
import Synchronization
import TomConversation

/// One live call as operators see it, and its slot: it is in the registry from the claim until `release`.
final class LiveCall: Sendable {
    enum State: String, Sendable { case connecting, listening, hearing, thinking, speaking, ending }

    private struct Progress {
        var state = State.connecting
        var turns = 0
        var lastLatencyMs: Double?
        var stop: (@Sendable (Termination) -> Void)?
        var stopRequested: Termination?
    }

    let id: String
    let transport: String
    let started: Date
    private let progress = Mutex(Progress())
    private let onRelease: @Sendable (LiveCall) -> Void

    init(id: String, transport: String, started: Date, onRelease: @escaping @Sendable (LiveCall) -> Void) {
        self.id = id
        self.transport = transport
        self.started = started
        self.onRelease = onRelease
    }

    /// Gives the slot back; a second call does nothing.
    func release() {
        progress.withLock { $0.stop = nil }
        onRelease(self)
    }

    /// Sets what ends the call from outside; called at once if that was already asked for.
    func onStop(_ stop: @escaping @Sendable (Termination) -> Void) {
        let early = progress.withLock { progress in
            progress.stop = stop
            return progress.stopRequested
        }
        if let early { stop(early) }
    }

    func stop(_ termination: Termination) {
        let stop = progress.withLock { progress in
            progress.stopRequested = termination
            return progress.stop
        }
        stop?(termination)
    }

    /// Follows the call by what its caller is told.
    func observe(_ event: Event) {
        progress.withLock { progress in
            switch event {
            case .speechStarted: progress.state = .hearing
            case .speechStopped, .transcriptFinal: progress.state = .thinking
            case .responseAudioStarted: progress.state = .speaking
            case .turnEnded(_, _, _, let latency):
                progress.state = .listening
                progress.turns += 1
                progress.lastLatencyMs = latency.e2eMs ?? progress.lastLatencyMs
            case .bargeIn: progress.state = .hearing
            case .stopped: progress.state = .ending
            case .utteranceBegan: progress.state = .hearing
            case .utteranceEnded: progress.state = .thinking
            case .transcriptInterim, .transcriptFailed, .responseBegan, .responseText, .responseEnded, .toolCall,
                .responseAudioEnded, .notice, .audioCleared, .idled, .itemAdded, .itemDone, .itemTruncated,
                .itemDeleted, .remoteToolBegan, .remoteToolEnded, .toolServer, .refused:
                break
            }
        }
    }

    func began() { progress.withLock { $0.state = .listening } }

    /// The entry of `GET /v1/calls`.
    var summary: Summary {
        progress.withLock {
            Summary(
                id: id, started: started, transport: transport, state: $0.state.rawValue, turns: $0.turns,
                lastLatencyMs: $0.lastLatencyMs)
        }
    }

    struct Summary: Encodable, Sendable {
        var id: String
        var started: Date
        var transport: String
        var state: String
        var turns: Int
        var lastLatencyMs: Double?

        enum CodingKeys: String, CodingKey {
            case id, started, transport, state, turns
            case lastLatencyMs = "last_latency_ms"
        }
    }
}

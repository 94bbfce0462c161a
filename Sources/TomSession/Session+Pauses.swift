import TomConversation
import TomEngines

/// Names one pause within a call, so that a verdict on another one is known as such.
struct PauseID: Hashable, Sendable {
    let turn: TurnID
    /// Where it began in the input audio.
    let audioMs: Int
}

/// The engine that judges whether a caller who pauses has finished.
extension Session {
    func judgePause(_ id: PauseID) {
        cancelPause()
        guard let judge = profile.engines.turnEndJudge else { return }
        let lane = ResultLane(to: self, overflow: .pause(id, .failure(.flood("turn_end"))))
        // Once for each pause: the copy of up to 8 s is what the engine keeps.
        let task = judge.judge(turnAudio.last(judge.windowSamples)) { lane.deliver(.pause(id, $0)) }
        pause = RunningTask(id: id, task: task, lane: lane)
    }

    /// The pause is over, or the turn is: nobody waits for a verdict.
    func cancelPause() {
        guard let pause else { return }
        pause.cancel()
        self.pause = nil
        metrics.engine("turn_end", .cancelled)
    }

    func pauseReported(_ id: PauseID, _ result: Result<TurnEndVerdict, EngineError>) {
        guard let pause, pause.id == id else { return }
        pause.lane.close()
        self.pause = nil
        switch result {
        case .success(let verdict):
            metrics.engine("turn_end", .ok)
            apply(
                .pauseJudged(
                    id.turn, audioMs: id.audioMs, complete: verdict.isComplete, probability: verdict.probability))
        case .failure(let error):
            failed("turn_end", error)
            guard !saidPausesAreNotJudged else { return }
            saidPausesAreNotJudged = true
            emit(.notice(code: error.code, message: "A pause was not judged; silence alone ends such turns."))
        }
    }
}

import NIOCore
import TomAudio
import TomConversation
import TomEngines

/// A call's timer, and its end.
extension Session {
    /// One timer per call, set to the earliest of what is due; a timer that comes too early only looks again.
    func scheduleWake() {
        guard conversation.termination == nil else {
            wake?.task.cancel()
            wake = nil
            return
        }
        var due = conversation.nextDeadline
        func consider(_ instant: Instant?) { if let instant { due = min(due ?? instant, instant) } }
        consider(nextPlayoutBatch)
        consider(inputGapDeadline)
        guard let due else { return }
        if let wake {
            guard due < wake.at else { return }
            wake.task.cancel()
        }
        let task = eventLoop.assumeIsolated().scheduleTask(deadline: begunAt + .nanoseconds(due.nanoseconds)) {
            [self] in
            assumeIsolated { $0.woken() }
        }
        wake = (due, task)
    }

    private func woken() {
        wake = nil
        fillInputGap()
        let isDue = conversation.nextDeadline.map { $0 <= now } ?? false
        process(isDue ? .input(.deadlineReached) : .playout)
    }

    /// The call is over: everything that runs for it stops, and nothing holds the transport any longer.
    func finish(_ termination: Termination) {
        for running in transcriptions.values {
            running.lane.close()
            running.task.cancel()
        }
        transcriptions.removeAll()
        listening = nil
        endDetection()
        generation?.cancel()
        synthesis?.cancel()
        (generation, synthesis) = (nil, nil)
        closeServers()
        playout.clear()
        speech?.close()
        speech = nil
        ownSpeech.clear()
        wake?.task.cancel()
        wake = nil
        journal?.end()
        journal = nil
        account.close(termination)
        let link = self.link
        self.link = nil
        link?.flush()
        link?.close(termination)
    }
}

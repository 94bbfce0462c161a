/// Another engine takes over what one has broken off, as long as nobody has heard of it.
extension Conversation {
    /// How often the engines of one turn may take over from each other.
    private static let maxRestarts = 4

    /// A generation broke off in the middle and another model is there: the reply begins anew where nothing of it was heard.
    mutating func generationBroke(_ failure: EngineFailure, at now: Instant) {
        guard var active = response, active.mayRestart, active.restarts < Self.maxRestarts else {
            return fail(failure, at: now)
        }
        let old = active.id
        // Text without sound was told under the old id; where a filler is on its way, its audio keeps the id.
        let new = active.hasFiller ? old : takeResponseID()
        active.restart(
            as: new, round: active.generation.id.round + 1, due: now + configuration.timeouts.generation)
        response = active
        add(.keepPlayout(old, samples: active.unsentSamples))
        add(.startGeneration(active.generation.id, turn: active.turn))
    }

    /// A sentence's audio broke off and another voice is there: the sentence is spoken anew where nothing of it was sent.
    mutating func synthesisBroke(_ id: SegmentID, _ failure: EngineFailure, at now: Instant) {
        guard var active = response, let position = active.currentPosition(of: id), active.mayRetract(at: position),
            active.restarts < Self.maxRestarts
        else { return synthesisFailed(id, failure, at: now) }
        active.retract(at: position)
        response = active
        add(.keepPlayout(active.id, samples: active.unsentSamples))
    }
}

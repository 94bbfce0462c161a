/// Another engine takes over what one has broken off, as long as nobody has heard of it.
extension Conversation {
    /// How often the engines of one turn may take over from each other.
    private static let maxRestarts = 4

    /// What was due of the engine that failed is due of the one that took its place.
    mutating func engineReplaced(_ work: EngineWork, at now: Instant) {
        switch work {
        case .transcription(let turn):
            guard let index = awaiting.firstIndex(where: { $0.id == turn && $0.result == nil }) else { return }
            awaiting[index].phase = .awaiting(until: now + configuration.timeouts.transcription)
        case .generation(let id):
            guard var active = response, active.generation.id == id, case .running = active.generation.state else {
                return
            }
            active.generation.state = .running(due: now + configuration.timeouts.generation)
            response = active
        case .synthesis(let segment):
            guard var active = response, let position = active.currentPosition(of: segment) else { return }
            active.setState(.synthesizing(due: now + configuration.timeouts.synthesis), at: position)
            response = active
        }
    }

    /// A generation broke off in the middle and another model is there: the reply begins anew where nothing of it was heard.
    mutating func generationBroke(_ failure: EngineFailure, at now: Instant) {
        guard var active = response, active.mayRestart, active.item == nil, active.restarts < Self.maxRestarts else {
            return fail(failure, at: now)
        }
        let old = active.id
        // Text without sound was told under the old id; where a filler is on its way, its audio keeps the id.
        let new = active.hasFiller || isClientLed ? old : takeResponseID()
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

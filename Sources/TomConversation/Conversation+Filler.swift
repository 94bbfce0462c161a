/// A few words that pass the time while the model or a tool takes long.
extension Conversation {
    /// When the caller has waited for long enough; `nil` when nothing is to be said.
    var fillerDeadline: Instant? {
        guard let after = configuration.filler.after, !configuration.stages.generatesSpeech,
            !configuration.texts.fillers.isEmpty, let active = response, active.speaks, active.held == nil,
            !active.hasFiller,
            active.textCharacters == 0, active.heardBefore.isEmpty, !active.isGenerated,
            let began = active.marks.generationStartedAt
        else { return nil }
        return began + after
    }

    mutating func fillerDeadlineReached(at now: Instant) {
        guard let due = fillerDeadline, due <= now, var active = response else { return }
        let fillers = configuration.texts.fillers
        // In turn, without chance: a journal replays to the same words.
        let filler = fillers[active.turn.number % fillers.count]
        active.appendFiller(filler)
        response = active
        tellText(filler)
    }
}

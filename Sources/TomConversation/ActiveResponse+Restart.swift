/// Sentences that pass the time, and replies and sentences that begin anew.
extension ActiveResponse {
    // MARK: Filler

    mutating func appendFiller(_ text: String) { segments.append(makeSegment(text, isFiller: true)) }

    var hasFiller: Bool { segments.contains(where: \.isFiller) }
    private var fillerSamples: Int { segments.reduce(0) { $0 + ($1.isFiller ? $1.samples : 0) } }

    /// Whether something of the answer itself was sent, and not only a filler.
    var isAnswerAudible: Bool { clock.sentSamples > fillerSamples }

    // MARK: Restart

    /// Whether the reply may begin anew: nobody has heard any of it, and it has asked for no tool since the model was last asked.
    var mayRestart: Bool {
        own == nil && !isAnswerAudible && heardBefore.isEmpty && pendingTools.isEmpty && toolOutputs == 0
    }

    /// Forgets what was made of the reply, a filler apart, for another model to begin it anew.
    mutating func restart(as newID: ResponseID, round: Int, due: Instant) {
        id = newID
        restarts += 1
        splitter = SentenceSplitter(language: language, cutsFirstClause: true)
        for segment in segments where !segment.isFiller { generatedSamples -= segment.samples }
        segments.removeAll { !$0.isFiller }
        (textCharacters, memory, expectation, termination) = (0, nil, .open, nil)
        (clientCalls, toolCallIDs, shortfall) = ([], [], nil)
        generation = Generation(id: GenerationID(response: newID, round: round), state: .running(due: due))
    }

    /// Whether none of the sentence's audio was sent.
    func mayRetract(at position: Int) -> Bool {
        clock.sentSamples <= segments[..<position].reduce(0) { $0 + $1.samples }
    }

    /// Takes back the audio of a sentence, for another voice to speak it.
    mutating func retract(at position: Int) {
        restarts += 1
        generatedSamples -= segments[position].samples
        // Under another id, so that late audio of the first attempt cannot pass for the second's.
        segments[position] = makeSegment(segments[position].text, isFiller: segments[position].isFiller)
    }
}

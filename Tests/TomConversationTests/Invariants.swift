import TomConversation

/// What must hold in every conversation, whatever engines and callers do. Checked after the fact on the actions taken.
struct Invariants {
    private(set) var violations: [String] = []
    private var endedTurns: Set<TurnID> = []
    private var openTurns: Set<TurnID> = []
    private var transcriptions: Set<TurnID> = []
    private var generations: Set<GenerationID> = []
    private var toolsRun: Set<String> = []
    /// Speculations whose outcome is not known yet.
    private var speculations: Set<GenerationID> = []
    private var audible: ResponseID?
    private var ended: Set<ResponseID> = []
    private var sentSamples: [ResponseID: Int] = [:]
    private var generatedText: [TurnID: String] = [:]
    private var stopped = false
    /// Samples of models' own speech, by the response they began as.
    private var ownSpeech: [ResponseID: Int] = [:]
    private var playedOwn: [ResponseID: Int] = [:]
    private var interrupted: (response: ResponseID, heardMs: Int)?
    private var synthesized: Set<ResponseID> = []

    mutating func check(_ input: Conversation.Input, _ actions: [Conversation.Action], _ conversation: Conversation) {
        observe(input, conversation)
        for action in actions { check(action) }
        checkInterruption(input, actions)
        if conversation.termination == nil, conversation.nextDeadline == nil,
            conversation.playoutAllowance(at: Instant(nanoseconds: .max / 2)) == nil
        {
            violations.append("stuck: nothing is due after \(input)")
        }
    }

    private mutating func observe(_ input: Conversation.Input, _ conversation: Conversation) {
        switch input {
        case .audioSent(let response, let samples):
            if ended.contains(response) { violations.append("audio of \(response) after its end") }
            if let audible, audible != response, !ended.contains(audible) {
                violations.append("two voices: \(audible) and \(response)")
            }
            if speculations.contains(where: { $0.response == response }) {
                violations.append("\(response) is heard before its turn is over")
            }
            audible = response
            sentSamples[response, default: 0] += samples
        case .responseAudio(let id, let samples): ownSpeech[id.response, default: 0] += samples
        case .transcriptFinal(let turn, _, _, _), .transcriptionFailed(let turn, _): transcriptions.remove(turn)
        case .responseFinished(let id), .responseFailed(let id, _), .responseBroke(let id, _): generations.remove(id)
        default: break
        }
    }

    /// An answer is given up only for another one, or because the caller's side wants none: a noise costs no answer.
    private mutating func checkInterruption(_ input: Conversation.Input, _ actions: [Conversation.Action]) {
        var isInterrupted = false
        var isReplaced = false
        for action in actions {
            switch action {
            case .emit(.turnEnded(_, _, .interrupted, _)): isInterrupted = true
            case .startGeneration, .adoptSpeculation, .emit(.responseText), .emit(.stopped): isReplaced = true
            case .emit(.turnEnded): isReplaced = true
            default: break
            }
        }
        if case .clientInterrupted = input { return }
        if isInterrupted, !isReplaced { violations.append("an answer was given up for nothing at \(input)") }
    }

    private mutating func check(_ action: Conversation.Action) {
        if stopped, case .hangUp = action {} else if stopped { violations.append("\(action) after stopped") }
        switch action {
        case .emit(let event): check(event)
        case .startTranscription(let turn, _): transcriptions.insert(turn)
        case .cancelTranscription(let turn): transcriptions.remove(turn)
        case .startGeneration(let id, _): generations.insert(id)
        case .startSpeculation(let id, _):
            generations.insert(id)
            speculations.insert(id)
            if speculations.count > 1 { violations.append("two speculations at once") }
        case .adoptSpeculation(let id):
            if speculations.remove(id) == nil { violations.append("\(id) is taken up and was never begun") }
        case .discardSpeculation(let id):
            if speculations.remove(id) == nil { violations.append("\(id) is discarded and was never begun") }
            generations.remove(id)
            ended.insert(id.response)
        case .runTool(let id, let call):
            if speculations.contains(id) { violations.append("\(call.name) runs before its turn is over") }
            if !toolsRun.insert("\(id) \(call.id)").inserted { violations.append("\(call) runs twice") }
        case .cancelGeneration(let id): generations.remove(id)
        case .clearPlayout(let response): ended.insert(response)
        case .synthesize(let segment, _): synthesized.insert(segment.response)
        case .playOwnSpeech(let response, let from, let samples): checkPlayed(response, from, samples)
        case .truncateOwnSpeech(let response, let heardMs): checkTruncation(response, heardMs)
        default: break
        }
    }

    /// A model's own speech is played in one piece, once for each time that the reply is taken up.
    private mutating func checkPlayed(_ response: ResponseID, _ from: Int, _ samples: Int) {
        if samples <= 0 { violations.append("\(response) plays nothing") }
        if let end = playedOwn[response], end != from {
            violations.append("\(response) plays from \(from), not \(end)")
        }
        playedOwn[response] = from + samples
        if from < 0 || from + samples > ownSpeech.values.max() ?? 0 {
            violations.append("\(response) plays audio that never came")
        }
    }

    /// What the model is told was heard is what the caller's client was told, and no more than was made.
    private mutating func checkTruncation(_ response: ResponseID, _ heardMs: Int) {
        let made = ownSpeech[response, default: 0]
        if heardMs < 0 || heardMs * 16 > made { violations.append("\(response) heard \(heardMs) ms of \(made / 16)") }
        guard !synthesized.contains(response), let told = interrupted, told.response == response else { return }
        if abs(told.heardMs - heardMs) > 1 {
            violations.append("\(response) truncated at \(heardMs) ms, heard \(told.heardMs) ms")
        }
    }

    private mutating func check(_ event: Event) {
        switch event {
        case .transcriptFinal(_, let turn, _, _): if !endedTurns.contains(turn) { openTurns.insert(turn) }
        case .responseText(let text, let turn, let response):
            if speculations.contains(where: { $0.response == response }) {
                violations.append("\(response) is told before its turn is over")
            }
            generatedText[turn, default: ""] += text
        case .bargeIn(let response, let heardMs, let text):
            let sentMs = sentSamples[response, default: 0] * 1_000 / 16_000
            interrupted = (response, heardMs)
            if heardMs > sentMs { violations.append("heard \(heardMs) ms of \(sentMs) ms sent of \(response)") }
            _ = text
        case .turnEnded(let turn, let response, _, let latency):
            if !endedTurns.insert(turn).inserted { violations.append("\(turn) ended twice") }
            openTurns.remove(turn)
            ended.insert(response)
            if let other = latency.otherMs, other < -0.001 {
                violations.append("\(turn): stages exceed the whole by \(-other) ms")
            }
        case .stopped: stopped = true
        default: break
        }
    }

    /// After the call: nothing is left running, every turn was answered, and the record holds nothing that was not said.
    mutating func checkEnd(_ conversation: Conversation) {
        if conversation.termination == nil { violations.append("the call never ended") }
        if !openTurns.isEmpty { violations.append("turns without an end: \(openTurns.sorted())") }
        if !transcriptions.isEmpty { violations.append("transcriptions left: \(transcriptions.sorted())") }
        if !speculations.isEmpty { violations.append("speculations left: \(speculations)") }
        if !generations.isEmpty { violations.append("generations left: \(generations)") }
        for item in conversation.history {
            guard case .reply(let text, _) = item.content else { continue }
            if !Self.isPart(text, of: generatedText[item.turn] ?? "") {
                violations.append("\(item.turn) heard what was not said: \(text)")
            }
        }
        for turn in Set(conversation.history.map(\.turn)) where !endedTurns.contains(turn) {
            violations.append("\(turn) is on record and never ended")
        }
    }

    /// Whether `text` is `said` with at most some of it left out, white space aside.
    private static func isPart(_ text: String, of said: String) -> Bool {
        var rest = said.filter { !$0.isWhitespace }[...]
        for character in text where !character.isWhitespace {
            guard let found = rest.firstIndex(of: character) else { return false }
            rest = rest[rest.index(after: found)...]
        }
        return true
    }
}

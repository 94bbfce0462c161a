import TomConversation
import TomTestKit

/// A call with obedient engines, for dialogues written out step by step.
struct Scene {
    var call: VirtualCall
    /// What the recogniser makes of each turn, in order; `nil` is speech that was not understood.
    var transcripts: [String?] = []
    /// What the model answers to each turn, in order.
    var answers: [String] = []
    private var audioMs = 0

    /// - Parameter answerMs: audio per character of text, 50 ms.
    init(
        _ configure: (inout Conversation.Configuration) -> Void = { _ in }, transcripts: [String?] = [],
        answers: [String] = []
    ) {
        var configuration = Conversation.Configuration()
        configuration.idle.promptAfter = nil
        configure(&configuration)
        call = VirtualCall(configuration: configuration)
        let said = Script(transcripts: transcripts, answers: answers)
        call.onAction = { call, action in said.react(&call, action) }
        call.schedule(.callStarted)
        call.run(for: .zero)
    }

    /// A scene whose engines do what `fault` makes of an action; what it leaves alone (`false`) obedient ones do.
    static func faulty(
        answers: [String] = [], _ fault: @escaping (inout VirtualCall, Conversation.Action) -> Bool
    ) -> Scene {
        var scene = Scene()
        let script = Script(transcripts: [], answers: answers)
        scene.call.onAction = { call, action in
            if !fault(&call, action) { script.react(&call, action) }
        }
        return scene
    }

    mutating func wait(_ ms: Int) {
        audioMs += ms
        call.run(for: .milliseconds(ms))
    }

    /// The caller speaks for `ms` and then stays silent; returns when the silence is noticed, 100 ms later.
    mutating func speak(_ ms: Int) {
        beginToSpeak()
        speakOn(ms - 60)
        stopSpeaking()
    }

    /// The caller, who is speaking, falls silent; returns when it is noticed, 100 ms later.
    mutating func stopSpeaking() {
        wait(100)
        send(.speechStopped(audioMs: audioMs - 100, agoNs: 100_000_000))
    }

    /// The caller, who is speaking, does so for another `ms`, a multiple of a frame.
    mutating func speakOn(_ ms: Int) {
        for _ in 0..<(ms / 20) {
            wait(20)
            if call.conversation.wantsSpeechProgress { send(.speechContinued(audioMs: audioMs)) }
        }
    }

    /// The caller begins to speak; 60 ms later it is noticed.
    mutating func beginToSpeak() {
        wait(60)
        send(.speechStarted(audioMs: audioMs - 60, agoNs: 60_000_000))
    }

    mutating func send(_ input: Conversation.Input) {
        call.schedule(input)
        call.run(for: .zero)
    }

    var events: [Event] { call.events }

    func turnEnds() -> [(turn: Int, status: TurnStatus)] {
        events.compactMap {
            if case .turnEnded(let turn, _, let status, _) = $0 { (turn.number, status) } else { nil }
        }
    }

    /// The record in one word an item: `user:`, `tom:` (with `~` when interrupted), `tool:`.
    var record: [String] {
        call.conversation.history.map { item in
            switch item.content {
            case .speech(let transcript, _): "user:\(transcript ?? "?")"
            case .typed(let text): "typed:\(text)"
            case .keys(let keys): "keys:\(keys)"
            case .silence: "silence"
            case .reply(let text, let interrupted): "tom\(interrupted ? "~" : ""):\(text)"
            case .toolCall(let call): "call:\(call.name)"
            case .toolOutput(let output): "output:\(output.output)"
            case .instructions(let text): "instructions:\(text)"
            }
        }
    }
}

/// The engines' lines: transcripts and answers are handed out in order, audio is 50 ms a character.
final class Script {
    private var transcripts: [String?]
    private var answers: [String]

    init(transcripts: [String?], answers: [String]) {
        self.transcripts = transcripts
        self.answers = answers
    }

    func nextAnswer() -> String { answers.isEmpty ? "Fine." : answers.removeFirst() }

    func react(_ call: inout VirtualCall, _ action: Conversation.Action) {
        switch action {
        case .finishTranscription(let turn):
            let text = transcripts.isEmpty ? "hello" : transcripts.removeFirst()
            call.schedule(.transcriptFinal(turn, text: text, language: nil, confidence: nil), in: .milliseconds(20))
        case .startGeneration(let id, _), .startSpeculation(let id, _):
            let answer = nextAnswer()
            call.schedule(.responseText(id, answer), in: .milliseconds(30))
            call.schedule(.responseFinished(id), in: .milliseconds(30))
        case .synthesize(let segment, let text):
            call.schedule(.audioGenerated(segment, samples: text.count * 800), in: .milliseconds(40))
            call.schedule(.synthesisFinished(segment), in: .milliseconds(40))
        default: break
        }
    }
}

// libFuzzer target for OpenAI's Realtime API: what a client sends, the conversation it leads, and what it is sent. Compiled
// together with the sources of all three and the client of TomRealtimeTests that follows what it is sent (see run.sh).
//
// An input is lines of text. The first one says what the server is like (`ServerTraits`). Of the others, those that begin
// with `>` are what the caller, the engines and the clock do, a character each (`RealtimePlay.step`); every other one is
// a text frame of the client's.

import TomConversation
import TomRealtime

/// What is asked: never to trap; that each event is JSON and its id its own; that responses, items and parts are opened
/// once, closed once, and in order; that every event of the client's is answered, and a refusal carries its id; that the
/// client's items are the record's; and that no response stays open when time passes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    let lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var play = RealtimePlay(ServerTraits(letters: lines.first.map(Array.init) ?? []))
    for line in lines.dropFirst() where !play.isOver {
        if line.first == UInt8(ascii: ">") {
            play.step(through: line.dropFirst())
        } else {
            // A copy on the heap of exactly this size lets AddressSanitizer see a read past the end.
            play.receive(Array(line))
        }
    }
    play.conclude()
    return 0
}

/// As `precondition`, with its message in optimised builds as well.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}

/// What a server is like apart from what its clients ask for: a letter each.
struct ServerTraits {
    private let letters: Set<UInt8>

    init(letters: [UInt8]) { self.letters = Set(letters) }

    private func has(_ letter: Unicode.Scalar) -> Bool { letters.contains(UInt8(ascii: letter)) }

    var dialect: RealtimeDialect { has("b") ? .beta : .ga }
    var isTranscription: Bool { has("t") }

    /// The conversation as `session` wants it.
    func configuration(_ session: RealtimeSession) -> Conversation.Configuration {
        var configuration = Conversation.Configuration()
        configuration.lead = .client
        configuration.turnPolicy.answers = session.turnDetection?.createsResponse ?? false
        configuration.turnPolicy.interrupts = session.turnDetection?.interruptsResponse ?? false
        configuration.turnPolicy.speaks = session.modality == .audio
        configuration.outputSamplesPerSecond = session.outputFormat.sampleRate
        configuration.stages.answers = session.kind == .realtime
        configuration.stages.speaks = !has("v")
        configuration.stages.generatesSpeech = has("g")
        configuration.speculation.isOn = !has("s")
        configuration.idle.promptAfter = nil
        switch session.turnDetection?.kind {
        case nil: configuration.turnDetection = .manual
        case .server(_, _, let silenceMs, let idleTimeoutMs):
            configuration.endpointing.minDelay = .milliseconds(silenceMs)
            configuration.endpointing.maxDelay = .milliseconds(silenceMs)
            configuration.idle.promptAfter = idleTimeoutMs.map { .milliseconds($0) }
        case .semantic: configuration.endpointing.judgesPauses = has("j")
        }
        if has("l") { limit(&configuration.limits) }
        return configuration
    }

    /// Bounds that a short input reaches.
    private func limit(_ limits: inout Conversation.Limits) {
        limits.maxTurn = .seconds(8)
        limits.maxAwaitedTurns = 2
        limits.maxItems = 6
        limits.maxResponseCharacters = 60
        limits.maxToolRounds = 2
        limits.maxToolCalls = 3
        limits.maxSentenceAudio = .seconds(2)
        limits.maxBufferedAudio = .seconds(1)
    }
}

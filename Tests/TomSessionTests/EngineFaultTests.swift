import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomTestKit

@testable import TomSession

/// Engines that fail, hang, flood and answer late, from any thread: each harms its own call at most.
@Suite("Engine faults in a session")
struct EngineFaultTests {
    private static let failure = EngineError(code: "x.failed", message: "it failed", category: .server)
    private static let apology = Conversation.Texts().apology

    private func call(
        transcriber: ScriptedTranscriber = .hearing("hello"), model: ScriptedLanguageModel = .saying("Fine."),
        synthesizer: ScriptedSynthesizer = .making(ramp(8_000)), greeting: String? = nil
    ) throws -> SessionCall {
        try SessionCall(transcriber: transcriber, model: model, synthesizer: synthesizer, greeting: greeting)
    }

    @Test func enginesMayAnswerFromOtherThreads() throws {
        let transcriber = ScriptedTranscriber()
        let model = ScriptedLanguageModel()
        let synthesizer = ScriptedSynthesizer()
        let call = try call(transcriber: transcriber, model: model, synthesizer: synthesizer)
        call.speak(800)
        call.stayQuiet(700)
        transcriber.started[0].deliverElsewhere(.final(Transcript(text: "hello")))
        #expect(call.transcripts.isEmpty, "it is taken in on the loop only")
        call.wait(0)
        #expect(call.transcripts == ["hello"])
        model.started[0].deliverElsewhere(.text("One. "), .text("Two."), .finished)
        call.wait(0)
        synthesizer.started[0].deliverElsewhere(.audio(ramp(4_000), rate: .hz16000), .finished)
        call.wait(0)
        synthesizer.started[1].deliverElsewhere(.audio(ramp(4_000), rate: .hz16000), .finished)
        call.wait(2_000)
        #expect(call.link.audio() == PCM16.encode(ramp(4_000) + ramp(4_000)))
        #expect(call.turnEnds == [.completed])
    }

    @Test func aTranscriberThatFailsAtOnceIsApologisedFor() throws {
        let call = try call(transcriber: ScriptedTranscriber(onStart: { $0.deliver(.failed(Self.failure)) }))
        call.speak(800)
        call.stayQuiet(3_000)
        #expect(call.notices == ["x.failed"])
        #expect(call.texts == [Self.apology])
        #expect(call.turnEnds == [.failed])
    }

    @Test func aTranscriberThatNeverAnswersIsGivenUp() throws {
        let transcriber = ScriptedTranscriber()
        let call = try call(transcriber: transcriber)
        call.speak(800)
        call.stayQuiet(14_000)
        #expect(call.notices == ["stt.timeout"])
        #expect(transcriber.started[0].isCancelled)
        transcriber.started[0].deliver(.final(Transcript(text: "late")))
        #expect(call.transcripts.isEmpty)
        #expect(call.turnEnds == [.failed])
    }

    @Test func duplicateFinalsAreOneTurn() throws {
        let final = TranscriptionEvent.final(Transcript(text: "hello"))
        let model = ScriptedLanguageModel.saying("Fine.")
        let call = try call(
            transcriber: ScriptedTranscriber(onFinish: { for _ in 0..<3 { $0.deliver(final) } }), model: model)
        call.speak(800)
        call.stayQuiet(3_000)
        #expect(call.transcripts == ["hello"])
        #expect(model.started.count == 1)
        #expect(call.turnEnds == [.completed])
    }

    @Test func aModelThatFailsMidwayIsApologisedFor() throws {
        let call = try call(
            model: ScriptedLanguageModel { $0.deliver(.text("I think "), .failed(Self.failure), .text("late")) })
        call.receive(.text("hi"))
        call.wait(5_000)
        #expect(call.texts == ["I think ", Self.apology])
        #expect(call.turnEnds == [.failed])
    }

    @Test func aModelThatNeverAnswersIsCancelled() throws {
        let model = ScriptedLanguageModel()
        let call = try call(model: model)
        call.receive(.text("hi"))
        call.wait(20_000)
        #expect(call.notices == ["llm.timeout"])
        #expect(model.started[0].isCancelled)
        model.started[0].deliver(.text("late"), .finished)
        #expect(call.texts == [Self.apology])
    }

    @Test func aModelThatFloodsFromAThreadIsCutOff() throws {
        let model = ScriptedLanguageModel()
        let call = try call(model: model)
        call.receive(.text("hi"))
        let generation = model.started[0]
        // Memory never reaches the limit of an answer's length, so only the bound on waiting results can stop it.
        for _ in 0..<20 { generation.deliverElsewhere(.memory("m"), .memory("m"), .memory("m"), .memory("m")) }
        call.wait(0)
        #expect(call.notices.isEmpty, "what the call can take is no flood")
        let flood = [ResponseEvent](repeating: .memory("m"), count: ResultLane.maxWaiting + 10)
        for event in flood { generation.deliverElsewhere(event) }
        call.wait(10_000)
        #expect(call.notices == ["llm.flood"])
        #expect(generation.isCancelled)
        #expect(call.texts == [Self.apology])
        #expect(call.turnEnds == [.failed])
    }

    @Test func aModelThatNeverStopsIsCutOffThoughTheCallKeepsUpWithIt() throws {
        let model = ScriptedLanguageModel()
        let call = try call(model: model)
        call.receive(.text("hi"))
        let generation = model.started[0]
        for _ in 0..<ResultLane.maxResults { generation.deliver(.memory("m")) }
        #expect(call.notices.isEmpty)
        generation.deliver(.memory("m"))
        call.wait(10_000)
        #expect(call.notices == ["llm.flood"])
        #expect(generation.isCancelled)
        #expect(call.turnEnds == [.failed])
    }

    @Test func aSynthesizerThatFloodsIsCutOffAndStopped() throws {
        let synthesizer = ScriptedSynthesizer()
        let call = try call(synthesizer: synthesizer)
        call.receive(.text("hi"))
        for _ in 0..<100 { synthesizer.started[0].deliver(.audio(ramp(16_000), rate: .hz16000)) }
        #expect(call.notices == ["tts.too_long"])
        #expect(synthesizer.started[0].isCancelled)
        call.wait(100_000)
        #expect(call.link.audio().count == 90 * 32_000)
        #expect(call.turnEnds == [.completed])
    }

    @Test func aSynthesizerThatDiesMidSentenceIsApologisedFor() throws {
        let synthesizer = ScriptedSynthesizer { synthesis in
            synthesis.deliver(.audio(ramp(4_000), rate: .hz16000))
            if synthesis.request.text == "Fine." {
                synthesis.deliver(.failed(Self.failure), .finished, .audio(ramp(9), rate: .hz16000))
            } else {
                synthesis.deliver(.finished)
            }
        }
        let call = try call(synthesizer: synthesizer)
        call.receive(.text("hi"))
        call.wait(5_000)
        #expect(call.notices == ["x.failed"])
        #expect(call.texts == ["Fine.", Self.apology])
        #expect(call.turnEnds == [.failed])
        #expect(!call.link.audio().isEmpty)
    }

    @Test func anEngineRateThatCannotBeConvertedIsAFailure() throws {
        let call = try call(synthesizer: ScriptedSynthesizer.making(ramp(4_000), rate: SampleRate(hertz: 12_345)))
        call.receive(.text("hi"))
        call.wait(5_000)
        #expect(call.turnEnds == [.failed])
        #expect(call.notices.count == 2, "the sentence's and the apology's")
    }

    @Test func hangingUpCancelsEverythingAndLetsTheTransportGo() throws {
        let transcriber = ScriptedTranscriber()
        let model = ScriptedLanguageModel()
        let synthesizer = ScriptedSynthesizer()
        let call = try call(transcriber: transcriber, model: model, synthesizer: synthesizer, greeting: "Hello.")
        call.receive(.text("hi"))
        model.started[0].deliver(.text("One. Two"))
        call.speak(300)
        weak let session = call.session
        weak let link = call.link
        #expect(session != nil && transcriber.started.count == 1 && synthesizer.started.count == 2)
        call.hangUp()
        #expect(transcriber.started[0].isCancelled)
        #expect(model.started[0].isCancelled)
        #expect(synthesizer.started.list.count { $0.isCancelled } == 2)
        #expect(call.link.closes == [Termination(result: .completed, reason: .callerHungUp)])
        #expect(call.link.events.last == .stopped(reason: "caller_hung_up"))
        #expect(call.link.order.suffix(2) == ["flush", "closed"])
        call.hangUp()
        call.send(ramp(320))
        call.receive(.text("anyone?"))
        #expect(call.link.closes.count == 1)
        call.dropSession()
        // The engines' tasks are still held by the test, as by an engine that hangs.
        #expect(session == nil)
        #expect(link == nil)
        model.started[0].deliver(.text("late"))
        model.started[0].deliverElsewhere(.text("later"), .finished)
    }

    @Test func aTransportThatEndsTheCallInsideASendIsObeyed() throws {
        let call = try call(greeting: nil)
        call.link.onSend = { [unowned call] event in
            if case .responseText = event { call.session?.end(Termination(result: .failed, reason: .connectionLost)) }
        }
        call.receive(.text("hi"))
        call.wait(5_000)
        #expect(call.link.closes == [Termination(result: .failed, reason: .connectionLost)])
        #expect(call.link.frames.isEmpty || call.link.order.last == "closed")
    }

    @Test func aToolThatNeverAnswersKeepsNeitherTurnNorSession() throws {
        let model = ScriptedLanguageModel { generation in
            if case .toolOutput = generation.request.history.last?.content {
                generation.deliver(.text("It did not work."), .finished)
            } else {
                generation.deliver(.toolCall(ToolCall(id: "c1", name: "slow", arguments: [:])), .finished)
            }
        }
        let held = ScriptedTasks<@Sendable (ToolOutput) -> Void>()
        let call = try SessionCall(
            model: model, synthesizer: ScriptedSynthesizer.making(ramp(8_000)),
            tools: StubTools { _, _, deliver in held.append(deliver) })
        call.receive(.text("hi"))
        call.wait(15_000)
        #expect(call.texts == ["It did not work."])
        weak let session = call.session
        call.hangUp()
        call.dropSession()
        #expect(session == nil)
        for deliver in held.list { deliver(ToolOutput(callID: "c1", succeeded: true, output: "late")) }
    }
}

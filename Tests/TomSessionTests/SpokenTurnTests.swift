import Testing
import TomAudio
import TomConversation
import TomEngines
import TomSession
import TomTestKit

/// The caller's side: real audio through the real detector into a session in virtual time.
@Suite("Spoken turns")
struct SpokenTurnTests {
    @Test func theGreetingIsSpoken() throws {
        let call = try SessionCall(synthesizer: ScriptedSynthesizer.making(ramp(8_000)), greeting: "Hello.")
        call.wait(2_000)
        #expect(call.texts == ["Hello."])
        #expect(call.link.audio() == PCM16.encode(ramp(8_000)))
        #expect(call.turnEnds == [.completed])
    }

    @Test func aSpokenTurnIsHeardAndAnswered() throws {
        let call = try SessionCall(
            transcriber: ScriptedTranscriber.hearing("what time is it"), model: ScriptedLanguageModel.saying("Noon."),
            synthesizer: ScriptedSynthesizer.making(ramp(16_000)))
        call.stayQuiet(500)
        call.speak(1_000)
        call.stayQuiet(3_000)
        #expect(call.transcripts == ["what time is it"])
        #expect(call.texts == ["Noon."])
        #expect(call.link.audio() == PCM16.encode(ramp(16_000)))
        #expect(call.turnEnds == [.completed])
        let positions = call.link.events.compactMap { event -> Int? in
            switch event {
            case .speechStarted(let audioMs), .speechStopped(let audioMs): audioMs
            default: nil
            }
        }
        try #require(positions.count == 2)
        #expect(abs(positions[0] - 500) <= 40 && abs(positions[1] - 1_500) <= 60)
    }

    @Test(arguments: [20, 100, 1_000])
    func theTranscriberHearsTheWholeUtterance(messageMs: Int) throws {
        let transcriber = ScriptedTranscriber.hearing("x")
        let call = try SessionCall(transcriber: transcriber)
        call.stayQuiet(1_000)
        let voice = call.voice(1_000)
        call.feed(voice, messageMs: messageMs)
        call.stayQuiet(2_000)
        try #require(transcriber.started.count == 1)
        let heard = transcriber.started[0].samples
        // Silence before, then every sample of the voice, then silence.
        let start = try #require(heard.firstIndex { $0 == voice[0] && $0 != 0 } ?? heard.firstIndex { $0 != 0 })
        let onset = voice.firstIndex { $0 != 0 } ?? 0
        #expect(Array(heard[start..<(start + voice.count - onset)]) == Array(voice[onset...]))
        #expect(heard[..<start].allSatisfy { $0 == 0 })
    }

    @Test func theSecondUtteranceDoesNotBeginWithTheFirst() throws {
        let transcriber = ScriptedTranscriber.hearing("x")
        let call = try SessionCall(transcriber: transcriber) {
            $0.conversation.endpointing.minDelay = .milliseconds(140)
        }
        call.speak(800)
        call.stayQuiet(200)
        call.speak(800)
        call.stayQuiet(1_000)
        try #require(transcriber.started.count == 2)
        let heard = transcriber.started.list.reduce(0) { $0 + $1.samples.count }
        #expect(heard <= call.fedMs * 16, "no audio is heard twice")
    }

    @Test(arguments: SampleRate.supported, [AudioCodec.pcm16, .pcmu, .pcma])
    func everyInputFormatIsHeard(rate: SampleRate, codec: AudioCodec) throws {
        let transcriber = ScriptedTranscriber.hearing("x")
        let call = try SessionCall(transcriber: transcriber, input: AudioFormat(codec: codec, sampleRate: rate))
        call.stayQuiet(600)
        call.speak(1_000)
        call.stayQuiet(1_500)
        #expect(call.transcripts == ["x"])
        let heard = transcriber.started[0].samples
        // 1 s of voice, half a second before it and half a second of endpointing, at 16 kHz.
        #expect((29_000...36_000).contains(heard.count))
    }

    @Test func aTranscriberThatReadsNothingIsSparedTheAudio() throws {
        let transcriber = ScriptedTranscriber(
            readsAudio: false, onFinish: { $0.deliver(.final(Transcript(text: "x"))) })
        let call = try SessionCall(transcriber: transcriber)
        call.speak(1_000)
        call.stayQuiet(1_000)
        #expect(call.transcripts == ["x"])
        #expect(transcriber.started[0].samples.isEmpty)
    }

    @Test func aClientThatStopsSendingDoesNotHoldTheFloor() throws {
        let call = try SessionCall(
            transcriber: ScriptedTranscriber.hearing("x"), model: ScriptedLanguageModel.saying("Yes."))
        call.speak(1_000)
        call.wait(1_200)
        #expect(call.transcripts == ["x"])
        let latency = call.link.events.compactMap {
            if case .turnEnded(_, _, _, let latency) = $0 { latency } else { nil }
        }
        // The silence counts from the last audio, not from when it was noticed.
        #expect(try #require(latency.first?.endpointingMs) >= 600)
        // Positions go on counting the audio that came, not the silence that was put in.
        call.speak(1_000)
        let onsets = call.link.events.compactMap { if case .speechStarted(let audioMs) = $0 { audioMs } else { nil } }
        try #require(onsets.count == 2)
        #expect(abs(onsets[1] - 1_000) <= 40)
    }

    @Test func typedTextAndKeysReachTheModel() throws {
        let model = ScriptedLanguageModel.saying("Yes.")
        let call = try SessionCall(model: model)
        call.receive(.text("hello"))
        for key in "12#" { call.receive(.key(key)) }
        call.wait(100)
        #expect(model.started.list.map(\.request.history.last?.content) == [.typed("hello"), .keys("12#")])
        #expect(call.turnEnds == [.completed, .completed])
    }

    // MARK: Manual turns

    @Test func aManualTurnEndsByCommitAlone() throws {
        let transcriber = ScriptedTranscriber.hearing("x")
        let call = try SessionCall(transcriber: transcriber, manualTurns: true)
        let first = call.voice(400)
        call.feed(first)
        call.stayQuiet(2_000)
        #expect(call.transcripts.isEmpty)
        call.receive(.commit)
        #expect(call.transcripts == ["x"])
        #expect(transcriber.started[0].samples == first + [Int16](repeating: 0, count: 32_000))
    }

    @Test func aManualTurnHoldsNothingOfTheOneBefore() throws {
        let transcriber = ScriptedTranscriber.hearing("x")
        let call = try SessionCall(transcriber: transcriber, manualTurns: true)
        call.speak(600)
        call.receive(.commit)
        let second = call.voice(300)
        call.feed(second)
        call.receive(.commit)
        try #require(transcriber.started.count == 2)
        #expect(transcriber.started[1].samples == second)
    }

    @Test func anEngineThatEndsAManualTurnByItselfDoesNotMakeTheCallDeaf() throws {
        let transcriber = ScriptedTranscriber()
        let call = try SessionCall(transcriber: transcriber, manualTurns: true)
        call.speak(300)
        transcriber.started[0].deliver(.final(Transcript(text: "first")))
        call.speak(300)
        call.receive(.commit)
        #expect(call.transcripts == ["first"])
        call.speak(300)
        call.receive(.commit)
        try #require(transcriber.started.count == 2)
        transcriber.started[1].deliver(.final(Transcript(text: "second")))
        #expect(call.transcripts == ["first", "second"])
    }

    @Test func aCommitWithoutAudioIsSaidSo() throws {
        let call = try SessionCall(transcriber: ScriptedTranscriber(), manualTurns: true)
        call.receive(.commit)
        #expect(call.notices == ["nothing_to_commit"])
    }
}

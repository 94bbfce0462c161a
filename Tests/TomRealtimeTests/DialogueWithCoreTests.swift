import Testing
import TomConversation
import TomRealtime

/// The dialogue over the core itself: what each side of the two takes for granted of the other.
@Suite struct DialogueWithCoreTests {
    private static func call(_ answers: [ScriptedCall.Answer]) -> ScriptedCall {
        ScriptedCall(DialogueScene { $0.transcription = .init() }, answers: answers)
    }

    @Test func aSpokenTurnIsAnswered() {
        var call = Self.call([.text("Good morning. How can I help?")])
        call.speak(from: 1_000, to: 1_800)
        call.run(ms: 3_000)
        #expect(
            call.scene.types == [
                "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped",
                "input_audio_buffer.committed", "conversation.item.added", "conversation.item.done",
                "conversation.item.input_audio_transcription.delta",
                "conversation.item.input_audio_transcription.completed", "response.created",
                "response.output_item.added", "conversation.item.added", "response.content_part.added",
                "response.output_audio_transcript.delta", "response.output_audio.done",
                "response.output_audio_transcript.done", "response.content_part.done", "conversation.item.done",
                "response.output_item.done", "response.done",
            ])
        #expect(call.scene.done?.status == .completed)
        #expect(call.faults == [])
    }

    @Test func aCallerWhoInterruptsIsAnsweredAndTheClientCutsWhatItHeard() {
        var call = Self.call([.slowText("Our opening hours are long."), .text("All right.")])
        call.speak(from: 1_000, to: 1_800)
        call.run(ms: 1_500)
        call.speak(from: 4_000, to: 4_800)
        #expect(call.scene.done?.status == .cancelled(.turnDetected))
        let reply = call.scene.done?.output.first?.id ?? ""
        call.ask(.itemTruncate(reply, contentIndex: 0, audioEndMs: 200))
        #expect(call.scene.sent.last == .itemTruncated(reply, contentIndex: 0, audioEndMs: 200))
        call.run(ms: 3_000)
        #expect(call.scene.done?.status == .completed)
        #expect(call.scene.types.filter { $0 == "response.done" }.count == 2)
        #expect(call.faults == [])
    }

    @Test func aFunctionCallIsCarriedOutByTheClient() {
        var call = Self.call([.call("book", ["seats": 2]), .text("Booked.")])
        call.speak(from: 1_000, to: 1_800)
        call.run(ms: 2_000)
        var callID: String?
        for case .functionArgumentsDone(_, let id, "book", #"{"seats":2}"#) in call.scene.sent { callID = id }
        let output = RealtimeItem.Kind.functionCallOutput(callID: callID ?? "", output: #"{"ok":true}"#)
        call.ask(.itemCreate(RealtimeItem(id: "mine", status: nil, kind: output), at: .end))
        #expect(call.scene.itemNames.last == "mine")
        call.ask(.responseCreate(RealtimeResponseParameters()))
        call.run(ms: 3_000)
        #expect(call.scene.done?.output.map(\.status) == [.completed])
        #expect(call.faults == [])
        #expect(call.scene.fault == nil)
    }

    @Test func aClientLeadsATextConversation() {
        var call = Self.call([.text("Hello yourself.")])
        let hello = RealtimeItem.Kind.message(.user, [.text("Hello")])
        for (id, place) in [("b", RealtimeClientEvent.Place.end), ("a", .front), ("c", .after("b"))] {
            call.ask(.itemCreate(RealtimeItem(id: id, status: nil, kind: hello), at: place))
        }
        call.ask(.itemDelete("a"))
        call.ask(.itemDelete("a"))
        #expect(call.scene.fault?.code == "item_delete_invalid_item_id")
        call.ask(.responseCancel(nil))
        #expect(call.scene.fault?.code == "response_cancel_not_active")
        call.ask(.audioCommit)
        #expect(call.scene.fault?.code == "input_audio_buffer_commit_empty")
        call.ask(.responseCreate(RealtimeResponseParameters()))
        call.ask(.responseCreate(RealtimeResponseParameters()), eventID: "second")
        #expect(call.scene.fault?.code == "conversation_already_has_active_response")
        #expect(call.scene.fault?.eventID == "second")
        call.run(ms: 2_000)
        #expect(call.scene.done?.status == .completed)
        #expect(call.faults == [])
    }

    @Test func silenceIsAnsweredWhenTheClientWantsIt() {
        var call = Self.call([.text("Good morning."), .text("Are you still there?")])
        call.setIdle(ms: 6_000)
        call.speak(from: 1_000, to: 1_800)
        call.run(ms: 10_000)
        #expect(call.scene.types.contains("input_audio_buffer.timeout_triggered"))
        #expect(call.scene.types.filter { $0 == "input_audio_buffer.committed" }.count == 2)
        #expect(call.scene.types.filter { $0 == "response.done" }.count == 2)
        #expect(call.faults == [])
    }
}

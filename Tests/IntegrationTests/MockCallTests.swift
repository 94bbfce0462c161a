import Foundation
import NIOCore
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomServer
import TomSession
import TomTestKit

/// Whole calls over a real socket with mock and scripted engines.
@Suite("Calls with mock engines", .timeLimit(.minutes(2)))
struct MockCallTests {
    @Test func theOriginalsSequenceHolds() async throws {
        try await ServedTom.serving([ServedTom.mocks()]) { tom in
            let caller = try await TestCaller.call(tom.port)
            await caller.say(Speech.buzz(1_000))
            let end = try await caller.wait("turn_end")
            let messages = caller.messages
            #expect(end.texts["status"] == "completed")
            let sequence = messages.map(\.type).filter {
                ["stt_final", "llm_token", "tts_audio", "turn_end"].contains($0)
            }
            var kinds: [String] = []
            for type in sequence where type != "tts_audio" || kinds.last != "tts_audio" { kinds.append(type) }
            #expect(kinds == ["stt_final"] + Array(repeating: "llm_token", count: 4) + ["tts_audio", "turn_end"])
            #expect(messages.first { $0.type == "stt_final" }?.text == "Test erkannt")
            #expect(messages.filter { $0.type == "llm_token" }.map(\.text) == ["Hallo,", " ich", " bin", " TOM."])
            let audio = messages.filter { $0.type == "tts_audio" }
            #expect(audio.allSatisfy { $0.texts["codec"] == "pcm16" && $0.numbers["sample_rate"] == 16_000 })
            #expect(audio.map { Int($0.numbers["seq"] ?? -1) } == Array(0..<audio.count))
            #expect(caller.heard() == MockSynthesizer(delay: .zero).tone)
            try await caller.hangUp()
            #expect(try await caller.wait("stopped").texts["reason"] == "caller_hung_up")
            #expect(try await caller.closeCode() == 1_000)
        }
    }

    @Test func anUnknownAgentIsSaidAndTheCallEnds() async throws {
        // However slow this machine is, the start comes first.
        try await ServedTom.serving([ServedTom.mocks()], server: { $0.call.connectedGrace = .seconds(30) }) { tom in
            let caller = try await TestCaller.call(tom.port, start: ["agent": "nobody"])
            let error = try await caller.wait("error")
            #expect(error.texts["code"] == "session.unknown_agent" && error.numbers["fatal"] == 1)
            #expect(error.texts["hint"] == "Use one of: test.")
            _ = try await caller.closeCode()
        }
    }

    /// One agent's engines crash, hang or flood while another agent's call, on the same event loop, goes on undisturbed.
    @Test func anEngineThatMisbehavesHarmsItsOwnCallOnly() async throws {
        let flooding = ScriptedLanguageModel { generation in
            if generation.request.history.count > 2 { return }
            Thread.detachNewThread { while !generation.isCancelled { generation.deliver(.memory("m")) } }
        }
        let failing = ScriptedSynthesizer { synthesis in
            synthesis.deliver(.failed(EngineError(code: "tts.crashed", message: "it crashed", category: .server)))
        }
        let bad = ServedTom.Agency(
            id: "bad",
            engines: CallEngines(
                transcriber: ScriptedTranscriber(onStart: {
                    $0.deliver(.interim(text: "never final", turnComplete: nil))
                }),
                languageModel: flooding, synthesizer: failing))
        try await ServedTom.serving(
            [ServedTom.mocks(), bad],
            session: {
                $0.conversation.timeouts.transcription = .seconds(1)
                $0.conversation.idle.promptAfter = nil
            }
        ) { tom in
            let victim = try await TestCaller.call(tom.port, start: ["agent": "bad"])
            let bystander = try await TestCaller.call(tom.port)
            try await victim.send(["type": "text", "text": "hello"])
            for turn in 1...2 {
                let index = bystander.messages.count
                await bystander.say(Speech.buzz(900))
                let end = try await bystander.wait("turn_end", from: index)
                #expect(end.texts["status"] == "completed", "turn \(turn)")
                #expect(bystander.heard(from: index) == MockSynthesizer(delay: .zero).tone)
                #expect(!bystander.messages.contains { $0.type == "notice" })
            }
            // The call with the bad engines has been told, and lives.
            #expect(try await victim.wait("notice").texts["code"] == "llm.flood")
            #expect(try await victim.wait("turn_end").texts["status"] == "failed")
            await victim.say(Speech.buzz(900))
            _ = try await victim.wait { $0.first { $0.texts["code"] == "stt.timeout" } }
            try await victim.send(["type": "ping", "id": "p"])
            #expect(try await victim.wait("pong").texts["id"] == "p")
        }
    }
}

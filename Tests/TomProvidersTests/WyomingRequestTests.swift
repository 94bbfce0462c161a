import Foundation
import Testing
import TomConversation
import TomEngines

@testable import TomProviders

/// What engines say to a Wyoming server, and what they make of a good answer.
@Suite("Requests to Wyoming servers", .timeLimit(.minutes(1)))
struct WyomingRequestTests {
    @Test func aTurnIsSentWhileItIsSpoken() async throws {
        try await ScriptedTCP.serving([.at("audio-chunk")]) { server in
            let engine = WyomingTranscriber(client: try WyomingEngine.stt.client(port: server.port), model: "tiny")
            let request = TranscriptionRequest(turn: TurnID(1), language: "en-GB", expectation: .open)
            let task = engine.transcribe(request) { _ in }
            for _ in 0..<5 { task.append([Int16](repeating: 0x6161, count: 320).span) }
            // The turn has not ended, and its first 100 ms are there.
            while server.playedCues < 1 { await Task.yield() }
            #expect(server.received.hasPrefix(#"{"data":{"language":"en","name":"tiny"},"type":"transcribe"}"# + "\n"))
            task.append([Int16](repeating: 0x6262, count: 10).span)
            task.finish()
            let end = String(repeating: "b", count: 20) + #"{"type":"audio-stop"}"# + "\n"
            while !server.received.hasSuffix(end) { await Task.yield() }
            #expect(server.received.contains(#""payload_length":3200}"# + "\naaaa"))
            #expect(server.received.contains(#""payload_length":20}"# + "\nbbbb"))
            task.cancel()
        }
    }

    @Test func aTurnIsBounded() async throws {
        let outcome = try await ScriptedTCP.serving([
            .at("audio-stop", .send(WyomingEngine.bytes(WyomingEngine.stt.answer)))
        ]) { server in
            let client = try WyomingEngine.stt.client(port: server.port, patience: .seconds(120))
            let outcome = await WyomingEngine.stt.ask(client, seconds: 130)
            let audio = 125 * 32_000
            #expect((audio...audio + 1_250 * 150).contains(server.receivedBytes), "125 s and no more")
            return outcome
        }
        #expect(outcome.said == ["Hello"])
    }

    @Test func aTurnWithoutAudioHasNoWords() async throws {
        let request = TranscriptionRequest(turn: TurnID(1), language: "en", expectation: .open)
        let (stream, feed) = AsyncStream.makeStream(of: TranscriptionEvent.self)
        try await ScriptedTCP.serving([]) { server in
            let engine = WyomingTranscriber(client: try WyomingEngine.stt.client(port: server.port), model: nil)
            let task = engine.transcribe(request) { feed.yield($0) }
            task.finish()
            for await event in stream {
                #expect(event == .final(Transcript(text: "")))
                break
            }
            while server.connections.closed < server.connections.opened { await Task.yield() }
            task.cancel()
        }
    }

    private static let info = #"{"type":"info","data":{"tts":[{"name":"p","supports_synthesize_streaming":true}]}}"#

    private func say(_ text: String, _ engine: WyomingSynthesizer) async -> Outcome {
        let request = SynthesisRequest(
            segment: SegmentID(response: ResponseID(1), index: 0), text: text, language: "de-DE", voice: "en-us")
        let (stream, feed) = AsyncStream.makeStream(of: SynthesisEvent.self)
        let task = engine.synthesize(request) { feed.yield($0) }
        var outcome = Outcome()
        for await event in stream {
            outcome.take(event)
            if outcome.isFinished || outcome.error != nil { break }
        }
        task.cancel()
        return outcome
    }

    @Test func aServerThatStreamsIsSpokenToSo() async throws {
        let events = [
            Self.info, WyomingEngine.audio("ab"), #"{"type":"audio-stop"}"#, #"{"type":"synthesize-stopped"}"#,
        ]
        // To `describe` and the plain request of the first sentence, then to the stream of the second.
        let cues: [ScriptedTCP.Cue] = [.at("Hallo.", .send(WyomingEngine.bytes(events)))]
        try await ScriptedTCP.serving(cues) { server in
            let engine = WyomingSynthesizer(client: try WyomingEngine.tts.client(port: server.port), voice: "tone")
            #expect(await say("Hallo.", engine).said == ["[25185]@22050"])
            let plain = #"{"data":{"text":"Hallo.","voice":{"name":"tone"}},"type":"synthesize"}"# + "\n"
            #expect(server.received == #"{"type":"describe"}"# + "\n" + plain)
            let outcome = await say("Hallo.", engine)
            #expect(outcome.said == ["[25185]@22050"] && outcome.isFinished)
            let streamed = [
                #"{"data":{"voice":{"name":"tone"}},"type":"synthesize-start"}"#,
                #"{"data":{"text":"Hallo."},"type":"synthesize-chunk"}"#,
            ].map { $0 + "\n" }.joined()
            #expect(server.received.hasSuffix(streamed + plain + #"{"type":"synthesize-stop"}"# + "\n"))
        }
    }

    @Test func theLanguageChoosesTheVoiceWhereNoneIsSet() async throws {
        let cues: [ScriptedTCP.Cue] = [.at("synthesize", .send(WyomingEngine.bytes(WyomingEngine.tts.answer)))]
        try await ScriptedTCP.serving(cues) { server in
            let engine = WyomingSynthesizer(client: try WyomingEngine.tts.client(port: server.port), voice: nil)
            #expect(await say("Hallo.", engine).isFinished)
            #expect(server.received.contains(#""voice":{"language":"de"}"#))
        }
    }

    @Test func marksAloneAreNotSent() async throws {
        try await ScriptedTCP.serving([]) { server in
            let engine = WyomingSynthesizer(client: try WyomingEngine.tts.client(port: server.port), voice: nil)
            for text in ["", "…", "?!", "👍"] {
                let outcome = await say(text, engine)
                #expect(outcome.isFinished && outcome.said.isEmpty)
            }
            #expect(server.connections.opened == 0)
        }
    }

    @Test func aServerSaysWhatItCanDo() async throws {
        let cues: [ScriptedTCP.Cue] = [.at("describe", .send(WyomingEngine.bytes(["{\"type\":\"pong\"}", Self.info])))]
        let info = try await ScriptedTCP.serving(cues) { server in
            try await WyomingEngine.tts.client(port: server.port).describe()
        }
        #expect(info.synthesizers.map(\.name) == ["p"] && info.synthesizers[0].isStreaming)
        for fault: [ScriptedTCP.Cue] in [[.at("", .close)], [.at("describe", .text("x\n"))], []] {
            let error = await #expect(throws: EngineError.self) {
                try await ScriptedTCP.serving(fault) { server in
                    try await WyomingEngine.tts.client(port: server.port, patience: .milliseconds(150)).describe()
                }
            }
            #expect(["tts.connection_lost", "tts.malformed", "tts.timeout"].contains(error?.code ?? ""))
        }
    }
}

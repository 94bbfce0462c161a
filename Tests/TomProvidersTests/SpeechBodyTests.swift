import Testing
import TomAudio
import TomEngines

@testable import TomProviders

/// What is not audio must not be played as noise.
@Suite("Bodies of speech answers", .timeLimit(.minutes(1)))
struct SpeechBodyTests {
    private func outcome(
        _ provider: Provider, type: String?, _ body: [UInt8]
    ) async throws -> Outcome {
        let head = type.map { ScriptedHTTP.head("200 OK", type: $0) } ?? .text("HTTP/1.1 200 OK\r\n\r\n")
        return try await withHTTP { http in
            try await ScriptedHTTP.serving([head, .send(body), .close]) { server in
                await provider.ask(try provider.client(port: server.port, http: http))
            }
        }
    }

    @Test(arguments: [
        "text/html; charset=utf-8", "Text/Plain", "application/json",
    ])
    func whatTheServerDoesNotCallSamplesIsRefused(type: String) async throws {
        let outcome = try await outcome(.tts, type: type, [1, 0, 2, 0])
        #expect(outcome.error?.code == "tts.bad_audio" && outcome.said.isEmpty)
        #expect(outcome.error?.hint?.contains("pcm") == true)
        #expect(try await self.outcome(.tts, type: type, []).error?.code == "tts.bad_audio", "nor is an empty one")
    }

    /// LiteLLM says audio/mpeg of samples, as of everything else.
    @Test(arguments: ["application/octet-stream", "audio/pcm", "audio/L16; rate=24000", "audio/mpeg", "Audio/MP3", nil])
    func samplesAreTakenByEveryOtherName(type: String?) async throws {
        let outcome = try await outcome(.tts, type: type, [1, 0, 2, 0])
        #expect(outcome.said.joined().contains("1, 2") && outcome.isFinished)
    }

    @Test(arguments: [[0xFF, 0xFB, 0x90, 0x64], [0xFF, 0xF3, 0x44, 0xC4], [0xFF, 0xF1, 0x50, 0x80]] as [[UInt8]])
    func whatIsCalledMPEGAndBeginsSoIsRefused(head: [UInt8]) async throws {
        #expect(try await outcome(.tts, type: "audio/mpeg", head + [0, 0]).error?.code == "tts.bad_audio")
        #expect(try await outcome(.tts, type: "audio/pcm", head + [0, 0]).isFinished, "samples may begin so")
    }

    @Test(arguments: [Provider.tts, .piper])
    func aWAVFileIsUnderstoodWhateverItIsCalled(provider: Provider) async throws {
        // Piper's server says text/html.
        for type in ["text/html; charset=utf-8", "audio/mpeg"] {
            #expect(try await outcome(provider, type: type, WAVFixture.bytes).isFinished)
        }
    }

    @Test(arguments: [
        "ID3\u{4}", "OggS\u{0}", "fLaC\u{0}", "<!DOCTYPE html>", "<html>", "{\"error\": 1}", "{\n  \"error\": 1}",
    ])
    func whatBeginsLikeAnotherFormatIsRefused(text: String) async throws {
        // A whole number of samples, so that nothing else is wrong with it.
        let bytes = Array(text.utf8) + (text.utf8.count.isMultiple(of: 2) ? [] : [0])
        for provider in [Provider.tts, .piper] {
            let outcome = try await outcome(provider, type: "application/octet-stream", bytes)
            #expect(outcome.error?.code == "tts.bad_audio" && outcome.said.isEmpty)
        }
        var pieces = SpeechBody(rawRate: .hz24000)
        #expect(throws: EngineError.self) { for byte in bytes { _ = try pieces.take([byte]) } }
    }

    @Test func samplesThatBeginWithTheSameByteAreHeard() async throws {
        for byte in "<{I".utf8 {
            let outcome = try await outcome(.tts, type: nil, [byte, 0, 0xFF, 0xFF])
            #expect(outcome.isFinished && outcome.error == nil)
        }
    }

    @Test func aWAVFileThatEndsInItsHeaderIsBad() async throws {
        let outcome = try await outcome(.tts, type: "audio/wav", Array(WAVFixture.bytes.prefix(20)))
        #expect(outcome.error?.code == "tts.bad_audio")
    }
}

import Foundation
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomServer
import TomTestKit

/// `/v1/audio` over a real port.
@Suite(.timeLimit(.minutes(1)))
struct AudioAPITests {
    private static let speech = "/v1/audio/speech"
    private static let transcriptions = "/v1/audio/transcriptions"

    /// The objects of a stream of events.
    private static func events(_ response: TestResponse) -> [[String: Any]] {
        response.text.components(separatedBy: "\n\n").filter { $0.hasPrefix("data: ") }.compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.dropFirst(6).utf8)) as? [String: Any]
        }
    }

    // MARK: Speech

    @Test func speechIsAWAVFileWhereThereIsNoEncoder() async throws {
        let api = TestAPI()
        try await api.serve { port, _ async throws in
            let response = try await TestHTTP.post(
                port, Self.speech, json: #"{"model":"tts-1","input":"One. Two.","voice":"alloy"}"#)
            #expect(response.status == 200)
            #expect(response.headers["content-type"] == "audio/wav")
            #expect(response.headers["transfer-encoding"] == "chunked")
            let (samples, rate) = try WAV.read(response.body)
            #expect(rate == .hz24000 && samples.count == 9_600)
            #expect(api.synthesizer.started.list.map(\.request.text) == ["One.", "Two."])
            // an engine that has no such voice speaks with the agent's own
            #expect(api.synthesizer.started.list.map(\.request.preferredVoice) == ["alloy", "alloy"])
        }
    }

    @Test func pcmHasNoHeaderAndTheSpeedIsTheEngines() async throws {
        let api = TestAPI()
        try await api.serve { port, _ async throws in
            let response = try await TestHTTP.post(
                port, Self.speech, json: #"{"input":"One.","response_format":"pcm","speed":2}"#)
            #expect(response.headers["content-type"] == "audio/pcm")
            #expect(response.body.count == 9_600)
            #expect(api.synthesizer.started.last?.request.speed == 2)
        }
    }

    @Test func agentsAreChosenByModelOrVoiceAndOtherVoicesAreTheEngines() async throws {
        let api = TestAPI()
        try await api.serve { port, _ async throws in
            for body in [
                #"{"input":"Hallo.","model":"bernd"}"#, #"{"input":"Hallo.","voice":"bernd"}"#,
                #"{"input":"Hallo.","model":"bernd","voice":{"id":"m3"}}"#,
            ] {
                #expect(try await TestHTTP.post(port, Self.speech, json: body).status == 200)
            }
            #expect(api.synthesizer.started.list.map(\.request.language) == ["de", "de", "de"])
            #expect(api.synthesizer.started.list.map(\.request.preferredVoice) == [nil, nil, "m3"])
        }
    }

    @Test func speechMayComeAsEvents() async throws {
        try await TestAPI().serve { port, _ async throws in
            let response = try await TestHTTP.post(
                port, Self.speech, json: #"{"input":"One.","response_format":"pcm","stream_format":"sse"}"#)
            #expect(response.headers["content-type"] == "text/event-stream")
            let events = Self.events(response)
            let audio = events.compactMap { $0["audio"] as? String }.compactMap { Data(base64Encoded: $0) }
            #expect(audio.map(\.count).reduce(0, +) == 9_600)
            #expect(events.last?["type"] as? String == "speech.audio.done")
            #expect(events.dropLast().allSatisfy { $0["type"] as? String == "speech.audio.delta" })
        }
    }

    @Test(arguments: [
        (#"{"input":""}"#, 400, "input"), (#"{"voice":"alloy"}"#, 400, "input"), (#"{"input":" … "}"#, 400, "input"),
        (#"{"input":"a","response_format":"mp3"}"#, 400, "response_format"),
        (#"{"input":"a","response_format":"au"}"#, 400, "response_format"),
        (#"{"input":"a","speed":5}"#, 400, "speed"), (#"{"input":"a","pitch":1}"#, 400, "pitch"),
        (#"{"input":7}"#, 400, "input"), ("[]", 400, nil), ("", 400, nil),
    ])
    func badRequestsForSpeechSayWhatIsWrong(body: String, status: Int, param: String?) async throws {
        try await TestAPI().serve { port, _ async throws in
            let response = try await TestHTTP.post(port, Self.speech, json: body)
            #expect(response.status == status)
            #expect(response.apiError["type"] as? String == "invalid_request_error")
            #expect(response.apiError["param"] as? String == param)
        }
    }

    @Test func theInputIsBounded() async throws {
        try await TestAPI().serve { port, _ async throws in
            let longest = String(repeating: "a", count: 4_096)
            #expect(try await TestHTTP.post(port, Self.speech, json: #"{"input":"\#(longest)"}"#).status == 200)
            #expect(try await TestHTTP.post(port, Self.speech, json: #"{"input":"\#(longest)a"}"#).status == 400)
        }
    }

    @Test func anEngineThatCannotBeginIsToldOfByAStatus() async throws {
        let failure = EngineError(code: "tts.timeout", message: "it was too slow.", category: .timeout)
        let api = TestAPI(synthesizer: ScriptedSynthesizer { $0.deliver(.failed(failure)) })
        try await api.serve { port, _ async throws in
            let response = try await TestHTTP.post(port, Self.speech, json: #"{"input":"One."}"#)
            #expect(response.status == 504)
            #expect(response.apiError["code"] as? String == "tts.timeout")
            #expect(response.apiError["type"] as? String == "server_error")
        }
    }

    @Test func anEngineThatFailsInTheMiddleIsToldOfByAnEvent() async throws {
        let failure = EngineError(code: "tts.crashed", message: "it crashed.", category: .server)
        let api = TestAPI(
            synthesizer: ScriptedSynthesizer { synthesis in
                if synthesis.request.segment.index == 0 {
                    synthesis.deliver(.audio(Array(repeating: 9_000, count: 2_400), rate: .hz24000), .finished)
                } else {
                    synthesis.deliver(.failed(failure))
                }
            })
        try await api.serve { port, _ async throws in
            let body = #"{"input":"One. Two.","response_format":"pcm","stream_format":"sse"}"#
            let events = Self.events(try await TestHTTP.post(port, Self.speech, json: body))
            let error = events.last?["error"] as? [String: Any]
            #expect(error?["code"] as? String == "tts.crashed")
            #expect(events.first?["type"] as? String == "speech.audio.delta")
        }
    }

    @Test func aClientThatGoesAwayCancelsTheEngine() async throws {
        let api = TestAPI(synthesizer: ScriptedSynthesizer())
        try await api.serve { port, _ async throws in
            let socket = try await TestSocket.connect(port)
            let body = #"{"input":"One."}"#
            try await socket.send(
                TestHTTP.request(port, Self.speech, method: "POST", headers: ["Content-Length: \(body.utf8.count)"])
                    + body)
            while api.synthesizer.started.count == 0 { await Task.yield() }
            await socket.close()
            while !api.synthesizer.started[0].isCancelled { await Task.yield() }
        }
    }

    @Test func requestsAtOneTimeAreBounded() async throws {
        let api = TestAPI(synthesizer: ScriptedSynthesizer(), configure: { $0.maxAudioRequests = 1 })
        try await api.serve { port, _ async throws in
            let first = Task { try await TestHTTP.post(port, Self.speech, json: #"{"input":"One."}"#) }
            while api.synthesizer.started.count == 0 { await Task.yield() }
            let second = try await TestHTTP.post(port, Self.speech, json: #"{"input":"One."}"#)
            #expect(second.status == 503)
            #expect(second.headers["retry-after"] == "1")
            #expect(second.apiError["code"] as? String == "limit.audio_requests")
            api.synthesizer.started[0].deliver(.audio([1, 2, 3], rate: .hz24000), .finished)
            #expect(try await first.value.status == 200)
            // the slot is free again as soon as the answer is out
            let third = Task { try await TestHTTP.post(port, Self.speech, json: #"{"input":"One."}"#) }
            while api.synthesizer.started.count == 1 { await Task.yield() }
            api.synthesizer.started[1].deliver(.audio([1, 2, 3], rate: .hz24000), .finished)
            #expect(try await third.value.status == 200)
        }
    }

    // MARK: Encoders

    @Test func anEncoderMakesTheFormatsItWasSeenToMake() async throws {
        // mp3 only: the input behind a mark
        let folder = try ProgramFolder()
        let path = try folder.program(
            "case \"$*\" in *libmp3lame*) printf MP3; exec cat;; *) cat >/dev/null; exit 1;; esac")
        try await TestAPI(programs: folder, configure: { $0.encoderPath = path }).serve { port, _ async throws in
            // what the hosted API makes when nothing is asked for
            for body in [#"{"input":"One."}"#, #"{"input":"One.","response_format":"mp3"}"#] {
                let response = try await TestHTTP.post(port, Self.speech, json: body)
                #expect(response.status == 200)
                #expect(response.headers["content-type"] == "audio/mpeg")
                #expect(response.body.prefix(3) == Array("MP3".utf8)[...])
                #expect(response.body.count == 3 + 9_600)
            }
            let refused = try await TestHTTP.post(
                port, Self.speech, json: #"{"input":"One.","response_format":"flac"}"#)
            #expect(refused.status == 400)
            #expect(refused.apiError["code"] as? String == "unsupported_format")
            #expect((refused.apiError["message"] as? String)?.contains("mp3, wav, pcm") == true)
        }
    }

    @Test(arguments: ["exit 3", "kill -9 $$", "cat >/dev/null"])
    func aProgramThatMakesNothingIsNoEncoder(body: String) async throws {
        let folder = try ProgramFolder()
        let path = try folder.program(body)
        try await TestAPI(programs: folder, configure: { $0.encoderPath = path }).serve { port, _ async throws in
            let response = try await TestHTTP.post(port, Self.speech, json: #"{"input":"One."}"#)
            #expect(response.headers["content-type"] == "audio/wav")
        }
    }

    // MARK: Transcriptions

    /// Sound from 1 to 2 s and from 4 to 5 s of six.
    private static func recording(rate: SampleRate = .hz16000) -> [UInt8] {
        var random = SeededGenerator(seed: 7)
        var samples = [Int16](repeating: 0, count: 6 * rate.hertz)
        for second in [1, 4] {
            for index in second * rate.hertz..<(second + 1) * rate.hertz {
                samples[index] = Int16.random(in: -9_000...9_000, using: &random)
            }
        }
        return WAV.write(samples: samples, rate: rate)
    }

    private static func post(
        _ port: Int, file: [UInt8] = recording(), _ fields: [(String, String)] = [], host: String? = nil,
        headers: [String] = []
    ) async throws -> TestResponse {
        var body = Array("--bound\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n".utf8)
        body += file
        for (name, value) in fields {
            body += Array("\r\n--bound\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)".utf8)
        }
        body += Array("\r\n--bound--\r\n".utf8)
        return try await TestHTTP.post(
            port, transcriptions, body, host: host,
            headers: headers + ["Content-Type: multipart/form-data; boundary=bound"])
    }

    @Test func aRecordingIsWrittenDown() async throws {
        let api = TestAPI()
        try await api.serve { port, _ async throws in
            let response = try await Self.post(port, [("model", "whisper-1"), ("language", "en")])
            #expect(response.status == 200)
            #expect(response.json["text"] as? String == "good morning good morning")
            let usage = response.json["usage"] as? [String: Any]
            #expect(usage?["type"] as? String == "duration" && usage?["seconds"] as? Int == 6)
            #expect(api.transcriber.started.list.map(\.request.language) == ["en", "en"])
        }
    }

    @Test func theFormsOfATranscript() async throws {
        try await TestAPI().serve { port, _ async throws in
            let verbose = try await Self.post(port, [("response_format", "verbose_json")])
            #expect(verbose.json["duration"] as? Double == 6)
            #expect(verbose.json["language"] as? String == "en")
            let segments = verbose.json["segments"] as? [[String: Any]] ?? []
            #expect(segments.map { $0["text"] as? String } == ["good morning", "good morning"])
            let starts = segments.compactMap { $0["start"] as? Double }
            #expect(starts.count == 2 && (0.6...1).contains(starts[0]) && (3.6...4).contains(starts[1]))
            let text = try await Self.post(port, [("response_format", "text")])
            #expect(text.text == "good morning good morning\n")
            #expect(text.headers["content-type"]?.hasPrefix("text/plain") == true)
            let srt = try await Self.post(port, [("response_format", "srt")])
            let pattern =
                /1\n00:00:00,\d{3} --> 00:00:02,\d{3}\ngood morning\n\n2\n00:00:03,\d{3} --> 00:00:05,\d{3}\n/
            #expect(srt.text.prefixMatch(of: pattern) != nil)
            let vtt = try await Self.post(port, [("response_format", "vtt")])
            #expect(vtt.text.hasPrefix("WEBVTT\n\n00:00:00."))
        }
    }

    @Test func wordsMayComeAsTheyAreFound() async throws {
        try await TestAPI().serve { port, _ async throws in
            let response = try await Self.post(port, [("stream", "true")])
            #expect(response.headers["content-type"] == "text/event-stream")
            let events = Self.events(response)
            #expect(
                events.map { $0["type"] as? String } == [
                    "transcript.text.delta", "transcript.text.delta", "transcript.text.done",
                ])
            let deltas = events.compactMap { $0["delta"] as? String }
            #expect(deltas.joined() == events.last?["text"] as? String)
        }
    }

    @Test func otherRatesAreReadAndSilenceHasNoWords() async throws {
        try await TestAPI().serve { port, _ async throws in
            let other = try await Self.post(port, file: Self.recording(rate: SampleRate(hertz: 11_025)))
            #expect(other.json["text"] as? String == "good morning good morning")
            let silence = WAV.write(samples: [Int16](repeating: 0, count: 16_000), rate: .hz16000)
            #expect(try await Self.post(port, file: silence).json["text"] as? String == "")
        }
    }

    @Test func whatCannotBeWrittenDownIsRefused() async throws {
        try await TestAPI().serve { port, _ async throws in
            let mp3 = try await Self.post(port, file: Array("ID3 and so on".utf8))
            #expect(mp3.status == 400)
            #expect(mp3.apiError["code"] as? String == "unsupported_format")
            #expect(mp3.apiError["param"] as? String == "file")
            let broken = try await Self.post(port, file: Array("RIFF1234JUNK".utf8))
            #expect(broken.status == 400)
            #expect(broken.apiError["code"] as? String == "audio.malformed_wav")
            let german = try await Self.post(port, [("language", "de")])
            #expect(german.status == 400)
            #expect(german.apiError["code"] as? String == "session.no_transcriber")
            let french = try await Self.post(port, [("language", "fr")])
            #expect(french.apiError["code"] as? String == "session.unsupported_language")
            let plain = try await TestHTTP.post(port, Self.transcriptions, json: "{}")
            #expect(plain.status == 400)
            #expect(plain.apiError["code"] as? String == "invalid_multipart")
        }
    }

    @Test func aRecordingThatIsTooLongIsRefusedByItsLength() async throws {
        try await TestAPI().serve { port, _ async throws in
            let socket = try await TestSocket.connect(port)
            try await socket.send(
                TestHTTP.request(
                    port, Self.transcriptions, method: "POST",
                    headers: ["Content-Length: 30000000", "Content-Type: multipart/form-data; boundary=bound"]))
            let response = try await socket.read { TestResponse.take(&$0) }
            #expect(response.status == 413)
            await socket.close()
        }
    }

    @Test func audioNeedsItsScope() async throws {
        let keys = try TestKeys()
        let (speaking, other) = (try keys.make([.speech]), try keys.make([.models, .realtime]))
        try await TestAPI(keys: keys).serve { port, _ async throws in
            for (header, status) in [(speaking.header, 200), (other.header, 403), ("X-None: 1", 401)] {
                let spoken = try await TestHTTP.post(
                    port, Self.speech, json: #"{"input":"One."}"#, host: "tom.example", headers: [header])
                #expect(spoken.status == status)
                let written = try await Self.post(port, host: "tom.example", headers: [header])
                #expect(written.status == status)
            }
        }
    }

    @Test func withoutEnginesThereIsNothingThere() async throws {
        try await withServer { port, _ in
            let response = try await TestHTTP.post(port, Self.speech, json: #"{"input":"One."}"#)
            #expect(response.status == 404)
            #expect(response.apiError["type"] as? String == "invalid_request_error")
        }
    }
}

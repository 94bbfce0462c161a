import Foundation
import NIOCore
import Testing
import TomConversation
import TomServer
import TomSession

/// The TOM protocol over a real socket, with a scripted session behind it.
@Suite(.timeLimit(.minutes(1)))
struct CallProtocolTests {
    private func withCall(
        _ script: @escaping ScriptedSession.Script = ScriptedSession.echoing,
        configure: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (TestWebSocket, ScriptedFactory) async throws -> Void
    ) async throws {
        let factory = ScriptedFactory(script)
        try await withServer(factory, configure: configure) { port, _ in
            try await body(try await TestWebSocket.connect(port), factory)
        }
    }

    // MARK: connected and start

    @Test func aClientThatSaysNothingIsGreeted() async throws {
        try await withCall { socket, factory in
            let connected = try await socket.next()
            #expect(connected.type == "connected")
            #expect(connected.json["protocol"] as? String == "tom.v1")
            let audio = try #require(connected.json["audio"] as? [String: Any])
            #expect(audio["framing"] as? String == "json")
            #expect((audio["input"] as? [String: Any])?["sample_rate"] as? Int == 16_000)
            #expect((connected.json["engines"] as? [String: String]) == ["stt": "mock", "llm": "mock", "tts": "off"])
            let limits = try #require(connected.json["limits"] as? [String: Int])
            #expect(limits == ["messages_per_second": 120, "max_message_bytes": 65_536])
            await factory.wait { $0 == [.begin] }
        }
    }

    private static let start = #"""
        {"type":"start","agent":"a","language":"de","framing":"binary","turn_detection":"manual",
        "input":{"codec":"pcmu","sample_rate":8000},"output":{"codec":"pcm16","sample_rate":24000},"metadata":{"k":"v"}}
        """#

    @Test func startFirstIsAnsweredByOneConnected() async throws {
        try await withCall { socket, factory in
            try await socket.send(Self.start)
            let connected = try await socket.next()
            let audio = try #require(connected.json["audio"] as? [String: Any])
            #expect(audio["framing"] as? String == "binary")
            #expect((audio["output"] as? [String: Any])?["sample_rate"] as? Int == 24_000)
            let options = try #require(factory.options.first)
            #expect(options.agent == "a" && options.language == "de" && options.manualTurns)
            #expect(String(describing: options.input) == "pcmu 8000 Hz" && options.metadata == ["k": "v"])
            // the next frame belongs to something else: there is no second `connected`
            try await socket.send(#"{"type":"ping","id":1}"#)
            #expect(try await socket.next().type == "pong")
        }
    }

    @Test func startAfterConnectedIsAnsweredByAnother() async throws {
        try await withCall(configure: {
            $0.call.connectedGrace = .milliseconds(1)
            $0.call.startGrace = .seconds(30)
        }) { socket, factory in
            #expect(try await socket.next().type == "connected")
            try await socket.send(Self.start)
            let second = try await socket.next()
            #expect((second.json["audio"] as? [String: Any])?["framing"] as? String == "binary")
            #expect(factory.options.count == 1)
        }
    }

    @Test func startAfterTheFirstMessageIsRefusedAndTheCallGoesOn() async throws {
        try await withCall { socket, factory in
            try await socket.send(#"{"type":"text","text":"hello"}"#)
            try await socket.send(Self.start)
            let error = try await socket.next("error")
            #expect(error.json["ref"] as? String == "start")
            #expect(error.json["fatal"] as? Bool == false)
            try await socket.send(#"{"type":"dtmf","digit":"5"}"#)
            await factory.wait { $0.contains(.input(.key("5"))) }
        }
    }

    @Test func anUnknownAgentEndsTheCallWithTheReason() async throws {
        try await withCall { socket, _ in
            try await socket.send(#"{"type":"start","agent":"nobody"}"#)
            let error = try await socket.next("error")
            #expect(error.json["code"] as? String == "agent.unknown")
            #expect(error.json["fatal"] as? Bool == true)
            #expect(try await socket.closeCode() == 1008)
        }
    }

    // MARK: Messages

    @Test func everyMessageReachesTheSession() async throws {
        try await withCall { socket, factory in
            try await socket.send(#"{"type":"start","turn_detection":"manual"}"#)
            try await socket.send(
                #"{"type":"audio_chunk","data":"AQIDBA==","format":"pcm16_16k","seq":1,"unknown":{}}"#)
            try await socket.send(#"{"type":"audio","data":"BQY="}"#)
            try await socket.send(#"{"type":"commit"}"#)
            try await socket.send(#"{"type":"barge_in","played_ms":120}"#)
            try await socket.send(#"{"type":"playback","response_id":"r3","played_ms":40}"#)
            try await socket.send(##"{"type":"dtmf","digit":"#"}"##)
            try await socket.send(#"{"type":"stop","reason":"done"}"#)
            #expect(try await socket.next("stopped").json["reason"] as? String == "caller_hung_up")
            #expect(try await socket.closeCode() == 1000)
            let expected: [Told] = [
                .begin, .audio([1, 2, 3, 4]), .audio([5, 6]), .input(.commit), .input(.bargeIn(playedMs: 120)),
                .input(.playback(ResponseID(3), playedMs: 40)), .input(.key("#")), .input(.hangUp),
                .end(Termination(result: .completed, reason: .callerHungUp)),
            ]
            #expect(factory.told == expected)
        }
    }

    @Test func pingsAreAnsweredWithTheirOwnFields() async throws {
        try await withCall { socket, _ in
            try await socket.send(#"{"type":"ping","ts":12.5,"id":"x"}"#)
            #expect(try await socket.next().type == "connected")
            let pong = try await socket.next()
            #expect(pong.type == "pong")
            #expect(pong.json["ts"] as? Double == 12.5 && pong.json["id"] as? String == "x")
        }
    }

    @Test func replyAudioTravelsAsNegotiated() async throws {
        try await withCall { socket, _ in
            try await socket.send(#"{"type":"text","text":"hi"}"#)
            let audio = try await socket.next("tts_audio")
            #expect(audio.json["bytes"] as? String == "aGk=" && audio.json["response_id"] as? String == "r1")
            #expect(audio.json["codec"] as? String == "pcm16" && audio.json["sample_rate"] as? Int == 16_000)
        }
        // However slow this machine is, the start comes first.
        try await withCall(configure: { $0.call.connectedGrace = .seconds(30) }) { socket, _ in
            try await socket.send(#"{"type":"start","framing":"binary"}"#)
            try await socket.send(#"{"type":"text","text":"hi"}"#)
            var order: [String] = []
            while order.last != "tts_end" {
                let frame = try await socket.next()
                order.append(frame.opcode == 2 ? "binary \(frame.text)" : frame.type ?? "")
            }
            #expect(order == ["connected", "tts_start", "llm_token", "binary hi", "tts_end"])
        }
    }

    // MARK: Limits

    @Test(
        arguments: [
            (#"{"type":"warp"}"#, "unknown_type", "warp"), ("not json", "invalid_json", nil),
            (#"{"type":"audio_chunk"}"#, "missing_field", "audio_chunk"),
            (#"{"type":"audio_chunk","data":"!!"}"#, "bad_base64", "audio_chunk"),
            (#"{"type":"audio_chunk","data":"AQ=="}"#, "odd_pcm", "audio_chunk"),
            (#"{"type":"playback","response_id":"x","played_ms":1}"#, "invalid_field", "playback"),
            (#"{"type":"commit"}"#, "invalid_field", "commit"),
        ] as [(String, String, String?)])
    func badMessagesAreAnsweredAndTheCallGoesOn(message: String, code: String, ref: String?) async throws {
        try await withCall { socket, factory in
            try await socket.send(message)
            #expect(try await socket.next().type == "connected")
            let error = try await socket.next()
            #expect(error.type == "error")
            #expect(error.json["code"] as? String == code)
            #expect(error.json["ref"] as? String == ref)
            #expect(error.json["fatal"] as? Bool == false)
            try await socket.send(#"{"type":"text","text":"still here"}"#)
            #expect(try await socket.next("llm_token").json["text"] as? String == "still here")
        }
    }

    @Test func twentyBadMessagesEndTheCallWith1008() async throws {
        try await withCall { socket, factory in
            for _ in 0..<20 { try await socket.send("nonsense") }
            for number in 1...20 {
                #expect(try await socket.next("error").json["fatal"] as? Bool == (number == 20))
            }
            #expect(try await socket.next("stopped").json["reason"] as? String == "protocol_error")
            #expect(try await socket.closeCode() == 1008)
        }
    }

    @Test func tooManyMessagesEndTheCallWith1013() async throws {
        try await withCall(configure: { $0.rates.messagesPerSecond = 5 }) { socket, factory in
            let message = TestFrame.bytes(1, Array(#"{"type":"dtmf","digit":"1"}"#.utf8))
            try await socket.socket.send(Array(repeating: message, count: 50).flatMap { $0 })
            #expect(try await socket.next("error").json["code"] as? String == "rate_limited")
            #expect(try await socket.closeCode() == 1013)
            await factory.wait { $0.last == .end(Termination(result: .failed, reason: .rateLimited)) }
        }
    }

    @Test func tooManyBytesEndTheCallWith1013() async throws {
        try await withCall(configure: { $0.rates.bytesPerSecond = 1_000 }) { socket, _ in
            try await socket.send(#"{"type":"text","text":"\#(String(repeating: "x", count: 1_200))"}"#)
            #expect(try await socket.closeCode() == 1013)
        }
    }

    @Test func binaryThatWasNotNegotiatedEndsTheCallWith1003() async throws {
        try await withCall { socket, _ in
            try await socket.send(binary: [1, 2])
            #expect(try await socket.closeCode() == 1003)
        }
    }

    /// The session closes its link by itself, with what it knows: the reason.
    @Test func binaryThatWasNotNegotiatedEndsARunningCallWith1003() async throws {
        try await withCall { socket, _ in
            try await socket.send(#"{"type":"start"}"#)
            _ = try await socket.next("connected")
            try await socket.send(binary: [1, 2])
            #expect(try await socket.closeCode() == 1003)
        }
    }

    @Test func aFloodOfPingsEndsTheCallWith1013() async throws {
        try await withCall(configure: { $0.rates.messagesPerSecond = 20 }) { socket, factory in
            try await socket.send(#"{"type":"start"}"#)
            try await socket.socket.send((0..<200).flatMap { _ in TestFrame.bytes(9, [1, 2, 3]) })
            let error = try await socket.next("error").json
            #expect(error["code"] as? String == "rate_limited" && error["fatal"] as? Bool == true)
            #expect(try await socket.closeCode() == 1013)
            await factory.wait { $0.last == .end(Termination(result: .failed, reason: .rateLimited)) }
        }
    }

    @Test func aMessageInEndlessPiecesEndsTheCallWith1013() async throws {
        try await withCall(configure: { $0.rates.messagesPerSecond = 20 }) { socket, _ in
            try await socket.send(#"{"type":"start"}"#)
            try await socket.socket.send(
                TestFrame.bytes(1, [], final: false) + (0..<200).flatMap { _ in TestFrame.bytes(0, [], final: false) })
            #expect(try await socket.closeCode() == 1013)
        }
    }

    @Test func badBinaryAudioIsAnsweredAndTheCallGoesOn() async throws {
        try await withCall { socket, factory in
            try await socket.send(#"{"type":"start","framing":"binary"}"#)
            try await socket.send(binary: [1, 2, 3])
            #expect(try await socket.next("error").json["code"] as? String == "odd_pcm")
            try await socket.send(binary: Array(repeating: 0, count: 32_002))
            #expect(try await socket.next("error").json["code"] as? String == "audio_too_long")
            try await socket.send(binary: [1, 2])
            await factory.wait { $0.last == .audio([1, 2]) }
        }
    }

    // MARK: Ends

    @Test func aLostConnectionEndsTheSession() async throws {
        try await withCall { socket, factory in
            try await socket.send(#"{"type":"dtmf","digit":"1"}"#)
            await factory.wait { $0.contains(.input(.key("1"))) }
            await socket.socket.close()
            await factory.wait { $0.last == .end(Termination(result: .failed, reason: .connectionLost)) }
        }
    }

    @Test func aSessionMayHangUp() async throws {
        try await withCall({ told, link in
            guard case .input(.text(_)) = told else { return }
            let termination = Termination(result: .completed, reason: .agentHungUp)
            link.send(.stopped(reason: termination.reason.rawValue))
            link.close(termination)
        }) { socket, _ in
            try await socket.send(#"{"type":"text","text":"bye"}"#)
            #expect(try await socket.next("stopped").json["reason"] as? String == "agent_hung_up")
            let close = try await socket.next()
            #expect(close.closeCode == 1000)
        }
    }

    @Test func heartbeatsFlow() async throws {
        try await withCall(configure: {
            $0.call.heartbeatInterval = .milliseconds(20)
            $0.call.connectedGrace = .milliseconds(1)
            $0.call.startGrace = .milliseconds(1)
        }) { socket, _ in
            for _ in 0..<2 { _ = try await socket.next("heartbeat") }
        }
    }

    @Test func aCallMayEndWithItsToken() async throws {
        let secret = "a secret of thirty-two bytes or more"
        try await withServer(configure: {
            $0.authentication.secret = secret
            $0.authentication.endCallsAtExpiry = true
        }) { port, _ in
            let token = try await TokenMint.token(secret: secret, callID: "call-1", subject: "s", ttlSeconds: 4)
            let socket = try await TestWebSocket.connect(port, headers: ["Authorization: Bearer \(token)"])
            #expect(try await socket.next("stopped").json["reason"] as? String == "authorization_ended")
            #expect(try await socket.closeCode() == 1008)
        }
    }
}

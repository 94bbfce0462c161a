import Testing
import TomConversation
import TomRealtime

/// Server events as the client reads them.
@Suite struct ServerEventTests {
    private static let output = RealtimeOutputPlace(response: "resp_1", item: "item_1", outputIndex: 2)
    private static let place = RealtimeContentPlace(output, contentIndex: 0)
    private static let item = RealtimeItem(
        id: "item_1", status: .completed, kind: .message(.user, [.text("Hello \"you\"")]))
    private static let itemJSON: JSONValue = [
        "id": "item_1", "object": "realtime.item", "type": "message", "status": "completed", "role": "user",
        "content": [["type": "input_text", "text": "Hello \"you\""]],
    ]

    /// Each event without `type` and `event_id`.
    private static let samples: [(RealtimeServerEvent, JSONValue)] = [
        (.conversationCreated(id: "conv_1"), ["conversation": ["id": "conv_1", "object": "realtime.conversation"]]),
        (.itemAdded(item, after: nil), ["previous_item_id": .null, "item": itemJSON]),
        (.itemDone(item, after: "item_0"), ["previous_item_id": "item_0", "item": itemJSON]),
        (.itemRetrieved(item), ["item": itemJSON]),
        (
            .itemTruncated("item_1", contentIndex: 0, audioEndMs: 700),
            ["item_id": "item_1", "content_index": 0, "audio_end_ms": 700]
        ),
        (.itemDeleted("item_1"), ["item_id": "item_1"]),
        (
            .transcriptionDelta(item: "item_1", contentIndex: 0, delta: "hello"),
            ["item_id": "item_1", "content_index": 0, "delta": "hello"]
        ),
        (
            .transcriptionCompleted(item: "item_1", contentIndex: 0, transcript: "hello", seconds: 1.25),
            [
                "item_id": "item_1", "content_index": 0, "transcript": "hello",
                "usage": ["type": "duration", "seconds": 1.25],
            ]
        ),
        (
            .transcriptionFailed(
                item: "item_1", contentIndex: 0, EngineFailure(code: "stt.timeout", message: "No words came.")),
            [
                "item_id": "item_1", "content_index": 0,
                "error": [
                    "type": "server_error", "code": "stt.timeout", "message": "No words came.", "param": .null,
                ],
            ]
        ),
        (.audioCommitted(item: "item_1", after: nil), ["previous_item_id": .null, "item_id": "item_1"]),
        (.audioCleared, [:]),
        (.speechStarted(item: "item_1", audioStartMs: 700), ["audio_start_ms": 700, "item_id": "item_1"]),
        (.speechStopped(item: "item_1", audioEndMs: 900), ["audio_end_ms": 900, "item_id": "item_1"]),
        (
            .timeoutTriggered(item: "item_1", audioStartMs: 700, audioEndMs: 900),
            ["audio_start_ms": 700, "audio_end_ms": 900, "item_id": "item_1"]
        ),
        (
            .outputItemAdded(response: "resp_1", outputIndex: 2, item),
            ["response_id": "resp_1", "output_index": 2, "item": itemJSON]
        ),
        (
            .outputItemDone(response: "resp_1", outputIndex: 2, item),
            ["response_id": "resp_1", "output_index": 2, "item": itemJSON]
        ),
        (.contentPartAdded(place, .audio(transcript: "")), of(place, ["part": ["type": "audio", "transcript": ""]])),
        (.contentPartDone(place, .text("Hi")), of(place, ["part": ["type": "text", "text": "Hi"]])),
        (.audioDone(place), of(place, [:])),
        (.audioTranscriptDelta(place, "Hi"), of(place, ["delta": "Hi"])),
        (.audioTranscriptDone(place, "Hi"), of(place, ["transcript": "Hi"])),
        (.textDelta(place, "Hi"), of(place, ["delta": "Hi"])),
        (.textDone(place, "Hi"), of(place, ["text": "Hi"])),
        (
            .functionArgumentsDelta(output, callID: "call_1", arguments: "{}"),
            of(output, ["call_id": "call_1", "delta": "{}"])
        ),
        (
            .functionArgumentsDone(output, callID: "call_1", name: "book", arguments: "{}"),
            of(output, ["call_id": "call_1", "name": "book", "arguments": "{}"])
        ),
        (.toolListing(item: "mcpl_1", .inProgress), ["item_id": "mcpl_1"]),
        (.toolArgumentsDelta(output, arguments: "{}"), of(output, ["delta": "{}"])),
        (.toolArgumentsDone(output, arguments: "{}"), of(output, ["arguments": "{}"])),
        (.toolCall(item: "mcp_1", outputIndex: 1, .failed), ["item_id": "mcp_1", "output_index": 1]),
        (
            .rateLimitsUpdated([RealtimeRateLimit(.tokens, limit: 100, remaining: 40, resetSeconds: 1.5)]),
            ["rate_limits": [["name": "tokens", "limit": 100, "remaining": 40, "reset_seconds": 1.5]]]
        ),
        (
            .error(RealtimeFault(code: "invalid_value", message: "No.", param: "item_id", eventID: "e1")),
            [
                "error": [
                    "type": "invalid_request_error", "code": "invalid_value", "message": "No.", "param": "item_id",
                    "event_id": "e1",
                ]
            ]
        ),
        (
            .error(RealtimeFault(.server, code: "server_error", message: "No.")),
            [
                "error": [
                    "type": "server_error", "code": "server_error", "message": "No.", "param": .null,
                    "event_id": .null,
                ]
            ]
        ),
    ]

    private static func of(_ place: RealtimeOutputPlace, _ members: [String: JSONValue]) -> JSONValue {
        .object(
            [
                "response_id": .string(place.response), "item_id": .string(place.item),
                "output_index": .integer(Int64(place.outputIndex)),
            ].merging(members) { $1 })
    }

    private static func of(_ place: RealtimeContentPlace, _ members: [String: JSONValue]) -> JSONValue {
        of(place.output, members.merging(["content_index": .integer(Int64(place.contentIndex))]) { $1 })
    }

    @Test(arguments: [RealtimeDialect.ga, .beta])
    func everyEventIsWrittenWithAllItsMembers(dialect: RealtimeDialect) throws {
        var encoder = RealtimeServerEventEncoder(dialect: dialect, seed: "s")
        for (index, (event, expected)) in Self.samples.enumerated() {
            var members = try encoder.members(event)
            #expect(members.removeValue(forKey: "type") == .string(event.name(in: dialect)))
            #expect(members.removeValue(forKey: "event_id") == .string("event_s_\(index + 1)"))
            #expect(JSONValue.object(members) == expected)
        }
    }

    @Test(arguments: [(RealtimeDialect.ga, "audio"), (.beta, "input_audio_format")])
    func theSessionIsWrittenInItsDialect(dialect: RealtimeDialect, member: String) throws {
        var encoder = RealtimeServerEventEncoder(dialect: dialect, seed: "s")
        let session = DialogueScene().dialogue.session
        for event in [RealtimeServerEvent.sessionCreated(session), .sessionUpdated(session)] {
            let written = try encoder.members(event)["session"]
            #expect(written?["id"] == "sess_s" && written?["voice"] == (dialect == .ga ? nil : "anna"))
            #expect(written?[member] != nil)
        }
    }

    @Test func theBetaHasNamesOfItsOwn() {
        let renamed: [(RealtimeServerEvent, String)] = [
            (.itemAdded(Self.item, after: nil), "conversation.item.created"),
            (.audioDone(Self.place), "response.audio.done"),
            (.audioTranscriptDelta(Self.place, ""), "response.audio_transcript.delta"),
            (.audioTranscriptDone(Self.place, ""), "response.audio_transcript.done"),
            (.textDelta(Self.place, ""), "response.text.delta"), (.textDone(Self.place, ""), "response.text.done"),
        ]
        for (event, name) in renamed { #expect(event.name(in: .beta) == name) }
        var session = DialogueScene().dialogue.session
        session.kind = .transcription
        #expect(RealtimeServerEvent.sessionUpdated(session).name(in: .beta) == "transcription_session.updated")
        #expect(RealtimeServerEvent.sessionCreated(session).name(in: .beta) == "transcription_session.created")
        #expect(RealtimeServerEvent.sessionUpdated(session).name(in: .ga) == "session.updated")
    }

    @Test func theBetaTellsOfAnItemOnce() {
        var scene = DialogueScene(.beta)
        scene.reply("Hello.", item: 1, response: 1)
        scene.create(.message(.user, [.text("Hello")]), number: 2, after: ItemID(1))
        #expect(
            scene.types.filter { $0.hasPrefix("conversation.item") }
                == ["conversation.item.created", "conversation.item.created"])
    }

    // MARK: Responses

    private static let response = RealtimeResponse(
        id: "resp_1", conversationID: "conv_1", modality: .audio, maxOutputTokens: nil, outputFormat: .mu,
        voice: "anna", metadata: ["b": "2", "a": "1"])

    @Test func aResponseIsWrittenWhole() throws {
        var encoder = RealtimeServerEventEncoder(dialect: .ga, seed: "s")
        var response = Self.response
        var expected: [String: JSONValue] = [
            "id": "resp_1", "object": "realtime.response", "status": "in_progress", "status_details": .null,
            "output": [], "conversation_id": "conv_1", "output_modalities": ["audio"], "max_output_tokens": "inf",
            "audio": ["output": ["format": ["type": "audio/pcmu"], "voice": "anna"]], "usage": .null,
            "metadata": ["a": "1", "b": "2"],
        ]
        #expect(try encoder.members(.responseCreated(response))["response"] == .object(expected))
        response.status = .completed
        response.output = [Self.item]
        response.conversationID = nil
        response.maxOutputTokens = 64
        response.metadata = nil
        response.usage = RealtimeUsage(
            input: .init(text: 20, audio: 10), cached: .init(text: 8), output: .init(text: 5, audio: 2))
        let changes: [String: JSONValue] = [
            "status": "completed", "output": [Self.itemJSON], "conversation_id": .null, "max_output_tokens": 64,
            "metadata": .null,
            "usage": [
                "total_tokens": 37, "input_tokens": 30, "output_tokens": 7,
                "input_token_details": [
                    "text_tokens": 20, "audio_tokens": 10, "image_tokens": 0, "cached_tokens": 8,
                    "cached_tokens_details": ["text_tokens": 8, "audio_tokens": 0, "image_tokens": 0],
                ],
                "output_token_details": ["text_tokens": 5, "audio_tokens": 2],
            ],
        ]
        expected.merge(changes) { $1 }
        #expect(try encoder.members(.responseDone(response))["response"] == .object(expected))
    }

    private static let details: [(RealtimeResponse.Status, JSONValue)] = [
        (.cancelled(.turnDetected), ["type": "cancelled", "reason": "turn_detected"]),
        (.cancelled(nil), ["type": "cancelled"]),
        (.incomplete(.maxOutputTokens), ["type": "incomplete", "reason": "max_output_tokens"]),
        (
            .failed(code: "llm.timeout", message: "It took too long."),
            [
                "type": "failed",
                "error": ["type": "server_error", "code": "llm.timeout", "message": "It took too long."],
            ]
        ),
    ]

    @Test(arguments: details)
    func aResponseThatDidNotCompleteSaysWhy(status: RealtimeResponse.Status, details: JSONValue) throws {
        var encoder = RealtimeServerEventEncoder(dialect: .ga, seed: "s")
        var response = Self.response
        response.status = status
        let written = try encoder.members(.responseDone(response))["response"]
        #expect(written?["status"] == details["type"])
        #expect(written?["status_details"] == details)
    }

    @Test func theBetaWritesAResponsesSettingsAsItDoesASessions() throws {
        var encoder = RealtimeServerEventEncoder(dialect: .beta, seed: "s")
        let written = try encoder.members(.responseCreated(Self.response))["response"]
        #expect(written?["modalities"] == ["audio", "text"])
        #expect(written?["output_audio_format"] == "g711_ulaw")
        #expect(written?["voice"] == "anna")
        #expect(written?["audio"] == nil && written?["output_modalities"] == nil)
    }

    // MARK: Audio

    @Test(arguments: [(RealtimeDialect.ga, "response.output_audio.delta"), (.beta, "response.audio.delta")])
    func audioIsWrittenToItsPlace(dialect: RealtimeDialect, name: String) throws {
        var scene = DialogueScene(dialect)
        scene.begin(1)
        scene.openAudio(of: ResponseID(1))
        let target = try #require(scene.dialogue.audioTarget(of: ResponseID(1)))
        var encoder = RealtimeServerEventEncoder(dialect: dialect, seed: "s")
        var bytes: [UInt8] = []
        for (index, audio) in [[0xFF, 0xEE, 0xDD], [], [1, 2, 3, 4] as [UInt8]].enumerated() {
            bytes.removeAll()
            audio.withUnsafeBytes { encoder.encodeAudioDelta($0, to: target, into: &bytes) }
            let base64 = ["/+7d", "", "AQIDBA=="][index]
            #expect(
                try JSONReader.object(bytes) == [
                    "type": .string(name), "event_id": .string("event_s_\(index + 1)"), "response_id": "resp_s_1",
                    "item_id": "item_s_2", "output_index": 0, "content_index": 0, "delta": .string(base64),
                ])
        }
    }

    @Test func audioGoesBehindWhatIsInTheBuffer() throws {
        var scene = DialogueScene()
        scene.begin(1)
        scene.openAudio(of: ResponseID(1))
        let target = try #require(scene.dialogue.audioTarget(of: ResponseID(1)))
        var encoder = RealtimeServerEventEncoder(dialect: .ga, seed: "s")
        var bytes = Array("kept".utf8)
        [1, 2].withUnsafeBytes { encoder.encodeAudioDelta($0, to: target, into: &bytes) }
        #expect(bytes.starts(with: Array(#"kept{"type":"#.utf8)))
    }
}

extension RealtimeServerEventEncoder {
    /// The members of the object that `event` is written as.
    mutating func members(_ event: RealtimeServerEvent) throws -> [String: JSONValue] {
        var bytes: [UInt8] = []
        encode(event, into: &bytes)
        return try JSONReader.object(bytes)
    }
}

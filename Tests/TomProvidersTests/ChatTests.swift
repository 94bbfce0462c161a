import Testing
import TomConversation
import TomEngines

@testable import TomProviders

/// Streams, tool calls and the record of a chat completion, without a server.
@Suite("Chat completions")
struct ChatTests {
    private func events(_ chunks: [String], allowsCutCalls: Bool = false) throws -> [ResponseEvent] {
        var stream = ChatStream(
            goodbye: "Goodbye.", offered: [.takeMessage, .endCall, .named("look_up")], allowsCutCalls: allowsCutCalls)
        var events: [ResponseEvent] = []
        for chunk in chunks { events += try stream.take(Array(chunk.utf8)) }
        return events + (try stream.finish(makeID: { "made" }))
    }

    private static let done = #"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#

    private func piece(_ index: Int, id: String? = nil, name: String? = nil, _ arguments: String = "") -> String {
        let id = id.map { #""id":"\#($0)","# } ?? ""
        let name = name.map { #""name":"\#($0)","# } ?? ""
        let text = arguments.replacing("\"", with: "\\\"")
        return
            #"{"choices":[{"delta":{"tool_calls":[{"index":\#(index),\#(id)"function":{\#(name)"arguments":"\#(text)"}}]}}]}"#
    }

    @Test func parallelToolCallsComeInPieces() throws {
        let got = try events([
            piece(0, id: "a", name: "take_message"), piece(1, id: "b", name: "look_up", #"{"n":"#),
            piece(0, #"{"name":"#),
            piece(1, #"3,"deep":{"x":true},"none":null}"#), piece(0, #""Ann"}"#), Self.done,
        ])
        #expect(
            got == [
                .toolCall(ToolCall(id: "a", name: "take_message", arguments: ["name": "Ann"])),
                .toolCall(ToolCall(id: "b", name: "look_up", arguments: ["n": 3, "deep": ["x": true]])), .finished,
            ])
    }

    @Test func aCallWithoutIdOrArgumentsIsWhole() throws {
        let got = try events([piece(0, name: "look_up"), Self.done])
        #expect(got == [.toolCall(ToolCall(id: "made", name: "look_up", arguments: [:])), .finished])
    }

    @Test func endingTheCallIsNoTool() throws {
        #expect(
            try events([piece(0, id: "a", name: "end_call"), Self.done]) == [.endsCall, .text("Goodbye."), .finished])
        let text = #"{"choices":[{"delta":{"content":"Bye."}}]}"#
        #expect(
            try events([text, piece(0, id: "a", name: "end_call"), Self.done]) == [.text("Bye."), .endsCall, .finished])
    }

    @Test(arguments: [#"[1]"#, #"{"a":"#, "nonsense"])
    func argumentsThatAreNoObjectAreMalformed(arguments: String) {
        let error = #expect(throws: EngineError.self) {
            try events([piece(0, id: "a", name: "look_up", arguments), Self.done])
        }
        #expect(error?.code == "llm.malformed")
    }

    @Test(arguments: [
        ("length", ResponseEvent.cutShort(.maxTokens)), ("content_filter", .cutShort(.contentFilter)), ("stop", nil),
    ])
    func whyAnAnswerEndedEarlyIsTold(reason: String, event: ResponseEvent?) throws {
        let end = #"{"choices":[{"delta":{},"finish_reason":"\#(reason)"}]}"#
        let text = #"{"choices":[{"delta":{"content":"We are"}}]}"#
        let reported = (event.map { [$0] } ?? []) + [.finished]
        #expect(try events([text, end]) == [.text("We are")] + reported)
        #expect(try events([end]) == reported, "also of an answer without a word")
    }

    @Test func aToolCallThatIsCutShortIsAnErrorOnATelephoneAlone() throws {
        let cut = #"{"choices":[{"delta":{},"finish_reason":"length"}]}"#
        let chunks = [piece(0, id: "a", name: "look_up", #"{"n":1}"#), piece(1, id: "b", name: "look_up", #"{"n":"#)]
        let whole = ResponseEvent.toolCall(ToolCall(id: "a", name: "look_up", arguments: ["n": 1]))
        #expect(
            try events(chunks + [cut], allowsCutCalls: true) == [whole, .cutShort(.maxTokens), .finished])
        #expect(throws: EngineError.self) { try events(chunks + [cut]) }
        #expect(throws: EngineError.self, "not cut, but malformed") {
            try events(chunks + [Self.done], allowsCutCalls: true)
        }
    }

    @Test(arguments: [
        (#"{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":8}}"#, [12, 8, 3]),
        (#"{"prompt_tokens":12,"completion_tokens":3}"#, [12, 0, 3]), (#"{"prompt_tokens":12}"#, []),
        (#"{"prompt_tokens":-1,"completion_tokens":"x"}"#, []), ("7", []), ("null", []),
    ])
    func tokensAreWhatTheProviderSays(usage: String, expected: [Int]) throws {
        var stream = ChatStream(goodbye: "", offered: [])
        _ = try stream.take(Array(#"{"choices":[],"usage":\#(usage)}"#.utf8))
        #expect((stream.usage.map { [$0.prompt, $0.cached, $0.completion] } ?? []) == expected)
    }

    @Test func anErrorInTheMiddleIsOne() {
        let error = #expect(throws: EngineError.self) { try events([#"{"error":{"message":"Erika said"}}"#]) }
        #expect(error?.code == "llm.provider_failed" && "\(error!)".contains("Erika") == false)
    }

    @Test func floodsOfToolsAreCutOff() {
        #expect(throws: EngineError.self) {
            try events((0..<65).map { piece($0, id: "\($0)", name: "t") } + [Self.done])
        }
        let long = String(repeating: "a", count: 1_000)
        #expect(throws: EngineError.self) { try events((0..<70).map { _ in piece(0, name: nil, long) } + [Self.done]) }
    }

    // MARK: History

    private func messages(_ contents: [Item.Content], instructions: String = "Be kind.") -> [String] {
        let items = contents.enumerated().map { Item(id: ItemID($0 + 1), turn: TurnID(1), content: $1) }
        return ChatHistory(instructions: instructions, items: items).messages.map { message in
            let calls = (message.toolCalls ?? []).map { "\($0.id):\($0.function.name)(\($0.function.arguments))" }
            return
                "\(message.role)|\(message.content ?? "")|\(calls.joined(separator: ","))|\(message.toolCallID ?? "")"
        }
    }

    private func call(_ id: String) -> Item.Content {
        .toolCall(ToolCall(id: id, name: "t", arguments: ["b": ["x": [1, 2.5, .null]], "a": "1"]))
    }
    private func output(_ id: String) -> Item.Content {
        .toolOutput(ToolOutput(callID: id, succeeded: true, output: "ok \(id)"))
    }

    @Test func whatWasSaidBecomesMessages() {
        let got = messages([
            .reply(text: "Hello.", interrupted: false), .speech(transcript: "hi", durationMs: 500),
            .reply(text: "I can", interrupted: true), .speech(transcript: nil, durationMs: 700), .keys("12#"), .silence,
            .reply(text: "", interrupted: true),
        ])
        #expect(
            got == [
                "system|Be kind.||", "assistant|Hello.||", "user|hi||", "assistant|I can …||",
                "user|(speech that was not understood)||", "user|(pressed the keys 12#)||",
            ])
    }

    @Test func aClientMayTellTheModelNothingOrMoreInTheMiddle() {
        let got = messages([.typed("Hi."), .instructions("Answer in French."), .typed("Go on.")], instructions: "")
        #expect(got == ["user|Hi.||", "system|Answer in French.||", "user|Go on.||"])
    }

    @Test func toolCallsAndOutputsStandTogether() {
        let arguments = #"{"a":"1","b":{"x":[1,2.5,null]}}"#
        let got = messages([.typed("x"), call("1"), call("2"), output("2"), .typed("wait"), output("1"), call("3")])
        #expect(
            got == [
                "system|Be kind.||", "user|x||", "assistant||1:t(\(arguments)),2:t(\(arguments))|", "tool|ok 1||1",
                "tool|ok 2||2", "user|wait||",
            ], "a call without its output is left out")
    }

    @Test func idsThatComeAgainAreOfTheCallBeforeThem() {
        func output(_ id: String, _ text: String) -> Item.Content {
            .toolOutput(ToolOutput(callID: id, succeeded: true, output: text))
        }
        let got = messages([call("1"), output("1", "one"), call("1"), call("1"), output("1", "two")])
        #expect(got.filter { $0.hasPrefix("tool") } == ["tool|one||1", "tool|two||1"])
    }

    // MARK: Server-sent events

    private func data(_ text: String, by size: Int) throws -> [String] {
        var events = ServerSentEvents()
        var got: [String] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            try events.append(bytes[start..<min(start + size, bytes.count)]) {
                got.append(String(decoding: $0, as: UTF8.self))
            }
        }
        return got
    }

    @Test func eventsAreFoundHoweverTheyAreCut() throws {
        let text =
            "\u{FEFF}: hello\r\n\r\ndata: one\r\ndata:two\r\revent: x\nid: 4\ndata\n\ndata:  grün 😀\n\nretry: 3\n\ndata: lost"
        for size in [1, 2, 3, 5, 8, 1_000] {
            #expect(try data(text, by: size) == ["one\ntwo", "", " grün 😀"], "pieces of \(size)")
        }
    }

    @Test func linesAndEventsAreBounded() {
        let limit = ServerSentEvents.maxBytes
        #expect(throws: ServerSentEvents.TooLong.self) {
            try data(String(repeating: "a", count: limit + 1), by: 65_536)
        }
        let lines = String(repeating: "data: " + String(repeating: "a", count: 65_536) + "\n", count: 17)
        #expect(throws: ServerSentEvents.TooLong.self) { try data(lines, by: 65_536) }
    }
}

import Foundation
import NIOCore
import Testing
import TomConversation
import TomEngines

@testable import TomProviders

/// What a client that leads a conversation wants of a response, on its way to a provider.
@Suite("Directions of a response", .timeLimit(.minutes(1)))
struct ResponseDirectionsTests {
    private static let answer = [
        ScriptedHTTP.head("200 OK"),
        .text(#"{"choices":[{"message":{"content":"Hello."},"finish_reason":"stop"}]}"#), .close,
    ]

    private static func refusal(_ body: String) -> [ScriptedHTTP.Step] {
        [ScriptedHTTP.head("400 Bad Request"), .text(body), .close]
    }

    private static func request(
        tools: [ToolDescription] = [], _ change: ((inout ResponseDirections) -> Void)? = nil
    ) -> ResponseRequest {
        var directions = ResponseDirections()
        change?(&directions)
        let item = Item(id: ItemID(1), turn: TurnID(1), content: .typed("Hi."))
        return ResponseRequest(
            response: ResponseID(1), turn: TurnID(1), language: "en", history: [item], tools: tools,
            directions: change == nil ? nil : directions)
    }

    /// What a model asks its provider for the requests in turn; the last answer is given to all that follow.
    private func bodies(
        _ answers: [[ScriptedHTTP.Step]] = [answer], to requests: [ResponseRequest]
    ) async throws -> [[String: JSONValue]] {
        try await withHTTP { http in
            try await ScriptedHTTP.serving(inTurn: answers) { server in
                let model = OpenAIChatModel(
                    client: try Provider.llm.client(port: server.port, http: http), model: "m", agent: .forTests)
                for request in requests { await Self.finish(model, request) }
                return try server.requests.map { try Self.body($0) }
            }
        }
    }

    private static func finish(_ model: OpenAIChatModel, _ request: ResponseRequest) async {
        let (events, feed) = AsyncStream.makeStream(of: ResponseEvent.self)
        let task = model.respond(to: request) { event in
            feed.yield(event)
            if event.isTerminal { feed.finish() }
        }
        defer { task.cancel() }
        for await event in events {
            if case .failed(let error) = event { Issue.record("\(error)") }
        }
    }

    private static func body(_ request: String) throws -> [String: JSONValue] {
        let text = try #require(request.range(of: "\r\n\r\n").map { request[$0.upperBound...] })
        return try JSONDecoder().decode([String: JSONValue].self, from: Data(text.utf8))
    }

    // MARK: Chat completions

    @Test func aCallOfTOMsOwnAsksForNothingInParticular() async throws {
        let body = try #require(try await bodies(to: [Self.request(tools: [.takeMessage])]).first)
        #expect(body.keys.sorted() == ["messages", "model", "stream", "stream_options", "tools"])
        #expect(body["messages"]?.elements?.first?["content"]?.text?.contains("on the telephone") == true)
    }

    @Test func directionsBecomeFields() async throws {
        let request = Self.request(tools: [.takeMessage]) { directions in
            directions.instructions = "Speak like a pirate."
            directions.toolChoice = .function("take_message")
            directions.maxOutputTokens = 50
            directions.parallelToolCalls = false
            directions.reasoningEffort = "low"
        }
        let body = try #require(try await bodies(to: [request]).first)
        #expect(
            body["messages"] == [
                ["role": "system", "content": "Speak like a pirate."], ["role": "user", "content": "Hi."],
            ])
        #expect(body["tool_choice"] == ["type": "function", "function": ["name": "take_message"]])
        #expect(body["max_tokens"] == 50 && body["max_completion_tokens"] == nil)
        #expect(body["parallel_tool_calls"] == false && body["reasoning_effort"] == "low")
    }

    @Test(arguments: [
        (ResponseDirections.ToolChoice.auto, nil as JSONValue?), (.none, "none"), (.required, "required"),
        (.function("nobody"), nil),
    ])
    func theChoiceOfToolsIsToldWhereThereAreTools(
        choice: ResponseDirections.ToolChoice, field: JSONValue?
    ) async throws {
        let change: (inout ResponseDirections) -> Void = {
            $0.toolChoice = choice
            $0.parallelToolCalls = true
        }
        let got = try await bodies(to: [Self.request(tools: [.takeMessage], change), Self.request(change)])
        #expect(got[0]["tool_choice"] == field && got[0]["parallel_tool_calls"] == true)
        #expect(got[1]["tool_choice"] == nil && got[1]["parallel_tool_calls"] == nil, "the API refuses both")
    }

    @Test func emptyInstructionsAreNone() async throws {
        let body = try #require(try await bodies(to: [Self.request { $0.instructions = "" }]).first)
        #expect(body["messages"] == [["role": "user", "content": "Hi."]])
    }

    @Test func aModelThatReasonsIsToldTheLimitByItsOtherName() async throws {
        let refusal = Self.refusal(
            #"{"error":{"message":"Unsupported parameter: 'max_tokens'.","code":"unsupported_parameter"}}"#)
        let request = Self.request { $0.maxOutputTokens = 50 }
        let got = try await bodies([refusal, Self.answer], to: [request, request])
        #expect(got.map { $0["max_tokens"] } == [50, nil, nil], "the second request knows")
        #expect(got.map { $0["max_completion_tokens"] } == [nil, 50, 50])
        #expect(got.allSatisfy { $0["stream_options"] != nil })
    }

    @Test func fieldsThatAServerDoesNotKnowAreLeftOutOneByOne() async throws {
        let request = Self.request(tools: [.takeMessage]) {
            $0.parallelToolCalls = false
            $0.reasoningEffort = "high"
            $0.maxOutputTokens = 9
        }
        // It never says which.
        let silent = try await bodies([Self.refusal("{}"), Self.refusal("{}"), Self.answer], to: [request, request])
        #expect(silent.map { $0["reasoning_effort"] != nil } == [true, false, false, true])
        #expect(silent.map { $0["parallel_tool_calls"] != nil } == [true, true, false, true])
        #expect(silent.allSatisfy { $0["max_tokens"] == 9 })
        let named = try await bodies(
            [Self.refusal(#"{"error":{"param":"parallel_tool_calls"}}"#), Self.answer], to: [request, request])
        #expect(named.map { $0["parallel_tool_calls"] != nil } == [true, false, false])
        #expect(named.allSatisfy { $0["reasoning_effort"] == "high" })
    }

    // MARK: Realtime API

    private func wishes(_ request: ResponseRequest) throws -> [String: JSONValue]? {
        let json = RealtimeClientEvent.createResponse(id: "response-1", RealtimeResponseWishes(request)).json
        return try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))["response"]?.fields
    }

    @Test func aRealtimeAPIIsToldWhatGoesBeforeTheSession() throws {
        #expect(try wishes(Self.request()) == nil)
        #expect(try wishes(Self.request { _ in }) == [:])
        let all = Self.request(tools: [.takeMessage]) { directions in
            directions.instructions = "Be brief."
            directions.toolChoice = .function("take_message")
            directions.maxOutputTokens = 50
            directions.parallelToolCalls = true
            directions.reasoningEffort = "low"
            directions.speaks = false
        }
        #expect(
            try wishes(all) == [
                "instructions": "Be brief.", "tool_choice": ["type": "function", "name": "take_message"],
                "max_output_tokens": 50, "parallel_tool_calls": true, "reasoning": ["effort": "low"],
                "output_modalities": ["text"],
            ])
        #expect(
            try wishes(Self.request(tools: [.takeMessage]) { $0.toolChoice = .required }) == [
                "tool_choice": "required"
            ])
        #expect(try wishes(Self.request { $0.toolChoice = .required }) == [:], "there is no tool")
    }
}

/// How a Realtime API's answer ends for a client that leads the conversation.
@Suite("Directed responses of a Realtime API")
struct DirectedRealtimeTests: RealtimeDialogueDriver {
    var dialogue = RealtimeDialogue.forTests
    var history: [Item] = []

    private mutating func ask(_ key: Int) -> [String] {
        var directions = ResponseDirections()
        directions.maxOutputTokens = 5
        let request = ResponseRequest(
            response: ResponseID(key), turn: TurnID(key), language: "en", history: [], directions: directions)
        return words(dialogue.respond(to: request, key: key))
    }

    @Test(arguments: [("max_output_tokens", Shortfall.maxTokens), ("content_filter", .contentFilter)])
    func anAnswerThatIsCutShortIsOneHoweverLittleThereIs(reason: String, shortfall: Shortfall) {
        var test = self
        _ = test.dialogue.connect()
        let details = #","status_details":{"reason":"\#(reason)"}"#
        _ = test.ask(1)
        let told = "cutShort(TomConversation.Shortfall.\(shortfall))"
        #expect(test.done("incomplete", details) == ["answer:1 \(told)", "answer:1 finished"])
        _ = test.ask(2)
        _ = test.take(
            #"{"type":"response.output_item.done","item":{"type":"function_call","call_id":"c","name":"t","#
                + #""arguments":"{\"a\":"}}"#)
        #expect(
            test.done("incomplete", details) == ["answer:2 \(told)", "answer:2 finished"],
            "half a tool call is none")
    }

    @Test mutating func anAnswerThatWaitsKeepsItsDirections() {
        _ = dialogue.connect()
        _ = ask(1)
        _ = dialogue.cancelResponse(1)
        #expect(ask(2).isEmpty)
        let event = #"{"type":"response.done","response":{"status":"cancelled"}}"#
        let sent = RealtimeServerEvent(.init(string: event)).map { dialogue.take($0) } ?? []
        guard case .send(let json)? = sent.last else {
            Issue.record("nothing is sent")
            return
        }
        #expect(json.contains(#""response":{"max_output_tokens":5}"#))
    }
}

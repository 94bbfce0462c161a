import NIOCore
import Synchronization
import Testing
import TomConversation
import TomEngines
import TomErrors

@testable import TomProviders

/// Fields that some servers of an API refuse: when a request is repeated without one, and when it is left out for good.
@Suite("Optional fields", .timeLimit(.minutes(1)))
struct OptionalFieldTests {
    /// A server's answers to requests, and what each request held.
    private final class Server: Sendable {
        let answers: Mutex<[String?]>
        let requests = Mutex<[Bool]>([])

        /// - Parameter answers: bodies of refusals; `nil` for a request that is accepted.
        init(_ answers: [String?]) { self.answers = Mutex(answers) }

        func answer(_ holdsField: Bool, _ field: OptionalField) throws(EngineError) {
            requests.withLock { $0.append(holdsField) }
            guard let refusal = answers.withLock({ $0.removeFirst() }) else { return }
            if holdsField { field.refused(ByteBuffer(string: refusal)) }
            throw EngineError(code: "llm.refused", message: "refused", category: .invalidRequest)
        }
    }

    /// Asks until every answer is used up.
    /// - Returns: what the requests held, and whether the next one would hold the field.
    private func ask(
        name: String = "stream_options", _ answers: [String?]
    ) async -> (held: [Bool], isSent: Bool) {
        let field = OptionalField(name)
        let server = Server(answers)
        while !server.answers.withLock({ $0.isEmpty }) {
            try? await field.asking(blamedFor: ["llm.refused"]) { holdsField throws(EngineError) in
                try server.answer(holdsField, field)
            }
        }
        return (server.requests.withLock { $0 }, field.isSent)
    }

    @Test func anAccidentalRefusalEndsNothing() async {
        let first = await ask(["{}", nil, nil])
        #expect(first.held == [true, false, true] && first.isSent)
        // Twice more, and once accepted in between: no three in a row.
        let often = await ask(["{}", nil, "{}", nil, nil, "{}", "{}"])
        #expect(often.held == [true, false, true, false, true, true, true] && often.isSent)
    }

    @Test func threeRefusalsInARowEndIt() async {
        let outcome = await ask(["{}", nil, "{}", nil, "{}", nil, nil])
        #expect(outcome.held == [true, false, true, false, true, false, false] && !outcome.isSent)
    }

    @Test(arguments: [
        #"{"error":{"param":"stream_options"}}"#, #"{"detail":[{"loc":["body","stream_options"]}]}"#,
        "Unknown parameter: 'stream_options'.", #"{"message":"unknown `stream_options`"}"#,
        #"{"message":"unknown field \"stream_options\""}"#,
    ])
    func aRefusalThatNamesTheFieldEndsItAtOnce(refusal: String) async {
        let outcome = await ask([refusal, nil, nil])
        #expect(outcome.held == [true, false, false] && !outcome.isSent)
        // Also of a server that took the place of one that knew the field.
        let replaced = await ask([nil, refusal, nil])
        #expect(replaced.held == [true, true, false] && !replaced.isSent)
        // What is refused without the field too was not about it, whatever the answer quotes.
        let quoted = await ask([refusal, "{}"])
        #expect(quoted.held == [true, false] && quoted.isSent)
    }

    @Test func wordsAreNoNames() async {
        for refusal in ["The audio stream is broken.", "upstream", #"{"param":"streams"}"#, "stream"] {
            let outcome = await ask(name: "stream", [refusal, nil, nil])
            #expect(outcome.held == [true, false, true] && outcome.isSent, "\(refusal)")
        }
    }

    @Test func aRefusalThatIsMeantIsNotRepeatedOnceTheFieldWasAccepted() async {
        let outcome = await ask([nil, "{}", "{}", "{}", "{}"])
        #expect(outcome.held == [true, true, true, true, true] && outcome.isSent)
    }

    @Test func otherErrorsAreNotRepeated() async {
        let field = OptionalField("stream_options")
        let asked = Mutex(0)
        let error = await #expect(throws: EngineError.self) {
            try await field.asking(blamedFor: ["llm.refused"]) { _ throws(EngineError) in
                asked.withLock { $0 += 1 }
                throw EngineError(code: "llm.timeout", message: "late", category: .timeout)
            }
        }
        #expect(error?.code == "llm.timeout" && asked.withLock { $0 } == 1)
    }

    @Test func aModelIsAskedForItsTokensAfterAnAccidentalRefusal() async throws {
        let refused = [ScriptedHTTP.head("400 Bad Request"), .text("{}"), .close]
        let named = [
            ScriptedHTTP.head("400 Bad Request"), .text(#"{"error":{"param":"stream_options"}}"#), .close,
        ]
        let answer = [
            ScriptedHTTP.head("200 OK"),
            .text(#"{"choices":[{"message":{"content":"Hello."},"finish_reason":"stop"}]}"#), .close,
        ]
        for (first, again) in [(refused, true), (named, false)] {
            try await withHTTP { http in
                try await ScriptedHTTP.serving(inTurn: [first, answer]) { server in
                    let model = OpenAIChatModel(
                        client: try Provider.llm.client(port: server.port, http: http), model: "m",
                        agent: try Agent.bundled(language: "en"))
                    for _ in 0..<2 { #expect(await Self.answer(of: model) == ["Hello."]) }
                    #expect(server.requests.map { $0.contains("stream_options") } == [true, false, again])
                }
            }
        }
    }

    private static func answer(of model: OpenAIChatModel) async -> [String] {
        let (events, feed) = AsyncStream.makeStream(of: ResponseEvent.self)
        let request = ResponseRequest(response: ResponseID(1), turn: TurnID(1), language: "en", history: [])
        let task = model.respond(to: request) { feed.yield($0) }
        defer { task.cancel() }
        var said: [String] = []
        for await event in events {
            switch event {
            case .text(let text): said.append(text)
            case .finished, .failed: return said
            default: break
            }
        }
        return said
    }

    @Test func aTranscriberIsAskedToStreamAfterAnAccidentalRefusal() async throws {
        let foreign = [
            ScriptedHTTP.head("200 OK", type: "text/event-stream"), .text("data: Hel\n\ndata: lo.\n\n"), .close,
        ]
        let refused = [ScriptedHTTP.head("400 Bad Request"), .text("{}"), .close]
        let answer = [ScriptedHTTP.head("200 OK"), .text(#"{"text":"Hello."}"#), .close]
        for (first, again) in [(refused, true), (foreign, false)] {
            try await withHTTP { http in
                try await ScriptedHTTP.serving(inTurn: [first, answer]) { server in
                    let transcriber = OpenAITranscriber(
                        client: try Provider.stt.client(port: server.port, http: http), model: "whisper-1")
                    for _ in 0..<2 { #expect(await Self.transcript(of: transcriber) == "Hello.") }
                    #expect(server.requests.map { $0.contains("name=\"stream\"") } == [true, false, again])
                }
            }
        }
    }

    private static func transcript(of transcriber: OpenAITranscriber) async -> String? {
        let (events, feed) = AsyncStream.makeStream(of: TranscriptionEvent.self)
        let request = TranscriptionRequest(turn: TurnID(1), language: "en", expectation: .open)
        let task = transcriber.transcribe(request) { feed.yield($0) }
        task.append([Int16](repeating: 7, count: 320).span)
        task.finish()
        for await event in events {
            switch event {
            case .final(let transcript): return transcript.text
            case .failed: return nil
            default: break
            }
        }
        return nil
    }
}

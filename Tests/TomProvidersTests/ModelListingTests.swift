import NIOCore
import Testing
import TomEngines

@testable import TomProviders

/// What `tom doctor` asks a provider, and the connection that it leaves open.
@Suite("Model lists of providers", .timeLimit(.minutes(1)))
struct ModelListingTests {
    private func reach(_ status: String, _ body: String) async throws -> ModelListing {
        try await withHTTP { http in
            try await ScriptedHTTP.serving([ScriptedHTTP.head(status), .text(body), .close]) { server in
                let listing = try await Provider.llm.client(port: server.port, http: http, path: "/v1?key=sk-1")
                    .reach()
                if case .absent(let url) = listing { #expect(url == "http://127.0.0.1:\(server.port)/v1/models") }
                return listing
            }
        }
    }

    @Test func aListIsRead() async throws {
        let body = #"{"object":"list","data":[{"id":"llama3.2:latest","object":"model"},{"id":"qwen"},{}]}"#
        #expect(try await reach("200 OK", body) == .models(["llama3.2:latest", "qwen"]))
        #expect(try await reach("200 OK", #"{"data":[]}"#) == .models([]))
    }

    @Test(arguments: [
        ("404 Not Found", "404 page not found"), ("405 Method Not Allowed", ""), ("200 OK", "<html>"),
        ("200 OK", #"{"models":[]}"#),
    ])
    func anAddressWithoutAListIsTold(status: String, body: String) async throws {
        guard case .absent = try await reach(status, body) else { return #expect(Bool(false), "\(status) \(body)") }
    }

    @Test func aKeyThatIsNotTakenIsAnError() async throws {
        let error = await #expect(throws: EngineError.self) { try await reach("401 Unauthorized", "{}") }
        #expect(error?.code == "llm.unauthorized")
    }

    @Test(arguments: [
        ("llama3.2", true), ("llama3.2:latest", true), ("gemini-2.5-flash", true), ("llama3.1", false),
        ("llama3", false),
        ("", false),
    ])
    func aModelIsHeldByTheIdsThatItsServerTakes(model: String, isHeld: Bool) {
        #expect(ModelListing.models(["llama3.2:latest", "models/gemini-2.5-flash"]).holds(model) == isHeld)
    }

    @Test func azureIsNotExpectedToHaveAList() throws {
        func lists(_ url: String) throws -> Bool { try ProviderEndpoint(url: url, key: nil, stage: "llm").listsModels }
        #expect(try !lists("https://x.openai.azure.com/openai/deployments/gpt?api-version=2024-10-21"))
        #expect(try lists("https://api.openai.com/v1"))
    }

    /// A body that comes after its head was not read, and the connection was closed with it.
    @Test(arguments: ["200 OK", "404 Not Found"])
    func theConnectionThatWasOpenedAheadIsUsed(status: String) async throws {
        func head(_ length: Int, _ status: String = "200 OK") -> ScriptedHTTP.Step {
            .text("HTTP/1.1 \(status)\r\nContent-Type: audio/pcm\r\nContent-Length: \(length)\r\n\r\n")
        }
        let scripts: [[ScriptedHTTP.Step]] = [
            [head(11, status), .pause(.milliseconds(100)), .text(#"{"data":"#), .text("[]}")],
            [head(4), .send([1, 0, 2, 0])],
        ]
        try await withHTTP { http in
            try await ScriptedHTTP.serving(inTurn: scripts) { server in
                let client = try Provider.tts.client(port: server.port, http: http)
                _ = try await client.reach()
                #expect(await Provider.tts.ask(client).said == ["[1, 2]@24000"])
                #expect(server.requests.count == 2 && server.connections.opened == 1)
            }
        }
    }
}

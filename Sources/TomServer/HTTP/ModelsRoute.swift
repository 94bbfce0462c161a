import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import TomSession

/// `GET /v1/models`: the names that TOM answers to. An agent's id chooses the agent; every other name stands for the agent that
/// answers by default, and those that clients are known to insist on are listed.
struct ModelsRoute: Sendable {
    /// A model as the API describes it.
    private struct Model: Encodable {
        var id: String
        var object = "model"
        /// Seconds since the Unix epoch: there is no better time than the server's own beginning.
        var created: Int
        var owner = "tom"

        enum CodingKeys: String, CodingKey {
            case id, object, created
            case owner = "owned_by"
        }
    }

    private struct Listing: Encodable {
        var object = "list"
        var data: [Model]
    }

    let gate: APIGate
    let names: [String]
    let started: Int

    /// - Parameters:
    ///   - agents: ids of all agents.
    ///   - servesRealtime: whether there are sessions of the Realtime API.
    ///   - speech: `nil`: nothing is spoken or written down without a call.
    init(gate: APIGate, agents: [String], servesRealtime: Bool, speech: SpeechService?, started: Int) {
        self.gate = gate
        self.started = started
        var names = agents
        if servesRealtime { names += ["gpt-realtime", "gpt-realtime-mini"] }
        if speech?.speaks == true { names += ["tts-1", "tts-1-hd", "gpt-4o-mini-tts"] }
        if speech?.hears == true { names += ["whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"] }
        self.names = names
    }

    func add(to router: Router<ServerRequestContext>) {
        router.get("v1/models") { request, context in
            _ = try await gate.admit(request, context, .models)
            return Self.json(Listing(data: names.map { Model(id: $0, created: started) }))
        }
        router.get("v1/models/:model") { request, context in
            _ = try await gate.admit(request, context, .models)
            let raw = context.parameters.get("model") ?? ""
            let name = raw.removingPercentEncoding ?? raw
            guard names.contains(name) else { throw ServerError.unknownModel(names) }
            return Self.json(Model(id: name, created: started))
        }
    }

    private static func json(_ value: some Encodable) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: JSONBody.encode(value))
    }
}

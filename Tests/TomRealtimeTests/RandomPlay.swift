import TomConversation
import TomRealtime

/// A client and a core that do what they like, the core within what its events mean: it gives numbers out once.
struct RandomPlay {
    var scene: DialogueScene
    private var turns = 0
    private var items = 0
    private var responses = 0
    private var requests = 0
    /// Of a response or not, done or not.
    private var known: [Item] = []
    /// A client may give a name again once it is free.
    private var deletedNames: [String] = []
    private var openResponses: [Int] = []
    private var sideResponses: [ResponseRequestID] = []

    init(_ scene: DialogueScene) { self.scene = scene }

    mutating func step(_ chance: inout SplitMix64) {
        switch Int.random(in: 0..<20, using: &chance) {
        case 0...1: turn(&chance)
        case 2...3: beginResponse(&chance)
        case 4...6: say(&chance)
        case 7...8: beginItem(&chance)
        case 9...11: endItem(&chance)
        case 12: endResponse(&chance)
        case 13: words(&chance)
        case 14...17: ask(&chance)
        case 18: beside(&chance)
        default: remoteTool(&chance)
        }
    }

    /// The call is over: the core ends what it has begun.
    mutating func endEverything() {
        for response in openResponses { scene.tell(.responseEnded(ResponseID(response), .cancelled(.hangUp))) }
        for request in sideResponses { scene.tell(.ended(.cancelled(.hangUp)), of: request) }
    }

    // MARK: The core

    private mutating func turn(_ chance: inout SplitMix64) {
        turns += 1
        let turn = TurnID(turns)
        let ms = Bool.random(using: &chance) ? turns * 3_000 : nil
        scene.tell(.utteranceBegan(turn: turn, audioMs: ms))
        guard Int.random(in: 0..<4, using: &chance) > 0 else { return scene.tell(.audioCleared) }
        if Int.random(in: 0..<5, using: &chance) == 0 { scene.tell(.idled(turn: turn), inputMs: turns * 3_000) }
        scene.tell(.utteranceEnded(turn: turn, audioMs: ms.map { $0 + 900 }))
        put(.speech(transcript: nil, durationMs: 900), turn: turn, &chance)
    }

    private mutating func put(
        _ content: Item.Content, turn: TurnID, response: ResponseID? = nil, _ chance: inout SplitMix64
    ) {
        let item = makeItem(content, turn: turn)
        let after = known.dropLast().randomElement(using: &chance)?.id
        scene.put(item, after: after, response: response)
    }

    private mutating func makeItem(_ content: Item.Content, turn: TurnID) -> Item {
        items += 1
        let item = Item(id: ItemID(items), turn: turn, content: content)
        known.append(item)
        return item
    }

    private mutating func beginResponse(_ chance: inout SplitMix64) {
        responses += 1
        openResponses.append(responses)
        let request = requests > 0 && Bool.random(using: &chance) ? ResponseRequestID(requests) : nil
        scene.begin(responses, turn: turns, request: request)
    }

    private func anyResponse(_ chance: inout SplitMix64) -> Int {
        Int.random(in: 0..<8, using: &chance) == 0
            ? Int.random(in: 1...9, using: &chance) : openResponses.randomElement(using: &chance) ?? 1
    }

    private mutating func say(_ chance: inout SplitMix64) {
        let response = anyResponse(&chance)
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: scene.openAudio(of: ResponseID(response))
        case 1: scene.tell(.responseAudioStarted(response: ResponseID(response), turn: TurnID(turns)))
        case 2: scene.say("", response: response)
        default: scene.say("word \(Int.random(in: 0..<10, using: &chance)) ", response: response)
        }
    }

    private mutating func beginItem(_ chance: inout SplitMix64) {
        let response = anyResponse(&chance)
        let isCall = Int.random(in: 0..<3, using: &chance) == 0
        let content: Item.Content =
            isCall
            ? .toolCall(ToolCall(id: "c\(items % 3)", name: "f", arguments: ["n": 1], isForClient: true))
            : .reply(text: "", interrupted: false)
        let item = makeItem(content, turn: TurnID(turns))
        let after = known.dropLast().randomElement(using: &chance)?.id
        scene.tell(.itemAdded(item, after: after, response: ResponseID(response)))
    }

    private mutating func endItem(_ chance: inout SplitMix64) {
        guard var item = known.randomElement(using: &chance) else { return }
        let response = anyResponse(&chance)
        if case .reply = item.content {
            item.content = .reply(text: "word 1 word 2 ", interrupted: Bool.random(using: &chance))
        }
        scene.tell(.itemDone(item, after: nil, response: ResponseID(response)))
    }

    private mutating func endResponse(_ chance: inout SplitMix64) {
        let response = anyResponse(&chance)
        let ends: [ResponseEnd] = [
            .completed, .incomplete(.maxTokens), .cancelled(.speech), .cancelled(.client),
            .failed(EngineFailure(code: "llm.timeout", message: "It took too long.")),
        ]
        scene.tell(.responseEnded(ResponseID(response), ends.randomElement(using: &chance) ?? .completed))
        openResponses.removeAll { $0 == response }
    }

    private mutating func words(_ chance: inout SplitMix64) {
        let turn = TurnID(Int.random(in: 0...max(turns, 1), using: &chance))
        if Bool.random(using: &chance) {
            scene.tell(.transcriptFinal(text: "hello", turn: turn, language: nil, confidence: nil))
        } else {
            scene.tell(.transcriptFailed(turn: turn, EngineFailure(code: "stt.timeout", message: "No words came.")))
        }
    }

    // MARK: The client

    private mutating func ask(_ chance: inout SplitMix64) {
        let name = "item_s_\(Int.random(in: 0..<60, using: &chance))"
        switch Int.random(in: 0..<8, using: &chance) {
        case 0: carryOut(.itemDelete(name))
        case 1: carryOut(.itemTruncate(name, contentIndex: 0, audioEndMs: 100))
        case 2: carryOut(.itemRetrieve(name))
        case 3:
            var parameters = RealtimeResponseParameters()
            parameters.isOutOfBand = Bool.random(using: &chance)
            parameters.modality = Bool.random(using: &chance) ? .text : nil
            carryOut(.responseCreate(parameters))
        case 4: carryOut(.responseCancel(Bool.random(using: &chance) ? "resp_s_\(responses)" : nil))
        case 5:
            carryOut(
                .itemCreate(
                    RealtimeItem(id: nil, status: nil, kind: .functionCallOutput(callID: "c1", output: "{}")),
                    at: .end))
        default:
            let id = Bool.random(using: &chance) ? deletedNames.popLast() ?? "mine_\(items)" : nil
            let place: RealtimeClientEvent.Place = Bool.random(using: &chance) ? .end : .after(name)
            carryOut(.itemCreate(RealtimeItem(id: id, status: nil, kind: .message(.user, [.text("Hi")])), at: place))
        }
    }

    private mutating func carryOut(_ event: RealtimeClientEvent) {
        let asked = scene.dialogue.receive(event, eventID: nil)
        for request in asked {
            switch request {
            case .input(.insert(let content, _)):
                let after = known.last?.id
                scene.put(makeItem(content, turn: TurnID(turns)), after: after)
            case .input(.delete(let id)):
                known.removeAll { $0.id == id }
                if case .itemDelete(let name) = event { deletedNames.append(name) }
                scene.tell(.itemDeleted(id))
            case .input(.truncate(let id, let audioMs)): scene.tell(.itemTruncated(id, audioMs: audioMs))
            case .input(.cancelResponse(nil)): scene.tell(.refused(.noActiveResponse))
            case .retrieve(let id): scene.retrieved(known.first { $0.id == id })
            case .respond(let wanted): requests = wanted.id.number
            case .respondOutOfBand(let wanted):
                requests = wanted.id.number
                sideResponses.append(wanted.id)
                scene.tell(.began, of: wanted.id)
            default: break
            }
        }
        scene.dialogue.requestIsOver()
    }

    private mutating func beside(_ chance: inout SplitMix64) {
        guard let request = sideResponses.randomElement(using: &chance) else { return }
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: scene.tell(.text("aside "), of: request)
        case 1: scene.tell(.toolCall(ToolCall(id: "c", name: "f", arguments: [:], isForClient: true)), of: request)
        case 2: scene.openAudio(of: request)
        default:
            scene.tell(.ended(.completed), of: request)
            sideResponses.removeAll { $0 == request }
        }
    }

    private mutating func remoteTool(_ chance: inout SplitMix64) {
        let response = ResponseID(anyResponse(&chance))
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: scene.tell(.listing(server: "crm"))
        case 1: scene.tell(.listed(server: "crm", tools: []))
        case 2:
            scene.tell(.calling(ToolCall(id: "m", name: "f", arguments: [:]), server: "crm", response: response))
        default: scene.tell(.called(call: "m", response: response, output: "ok"))
        }
    }
}

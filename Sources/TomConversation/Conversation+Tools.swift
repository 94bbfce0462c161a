/// Tools that a response asks for: those that TOM runs, and those that are the client's.
extension Conversation {
    mutating func takeTool(_ call: ToolCall, at now: Instant) {
        guard var active = response, active.toolCallIDs.insert(call.id).inserted else { return }
        active.toolCalls += 1
        guard active.toolCalls <= configuration.limits.maxToolCalls else {
            return fail(EngineFailure(code: "llm.tool_calls", message: "the model called too many tools"), at: now)
        }
        active.generation.state = .running(due: now + configuration.timeouts.generation)
        if call.isForClient {
            // Told when all that was said before it is out; what it gives comes as an item, and another response follows.
            active.clientCalls.append(call)
            response = active
            return
        }
        active.pendingTools.append(call)
        active.toolDeadline = now + configuration.timeouts.tool
        response = active
        let item = recordToolWork(.toolCall(call), turn: active.turn)
        emit(.toolCall(name: call.name, turn: active.turn, status: .started))
        tellBegan(call, item: item, response: active.id)
        add(.runTool(active.generation.id, call))
    }

    /// A tool's output is recorded even when its response is gone: what it did has been done.
    mutating func toolFinished(_ id: GenerationID, _ output: ToolOutput, at now: Instant) {
        if approvedToolFinished(id, output, at: now) { return }
        let pending = response.flatMap { active in
            active.generation.id == id ? active.pendingTools.firstIndex { $0.id == output.callID } : nil
        }
        // Late, while a newer call of the same name is open: the output is not that call's.
        if pending == nil, response?.pendingTools.contains(where: { $0.id == output.callID }) == true { return }
        if let (item, call) = openToolCall(output.callID) {
            recordToolWork(.toolOutput(output), turn: item.turn)
            emit(.toolCall(name: call.name, turn: item.turn, status: output.succeeded ? .done : .failed))
            tellEnded(output, of: call, item: item.id, response: id.response)
        }
        guard let pending, var active = response else { return }
        active.pendingTools.remove(at: pending)
        active.toolOutputs += 1
        active.ranTools = true
        if active.pendingTools.isEmpty { active.toolDeadline = nil }
        let isDue = active.pendingTools.isEmpty && active.generation.state == .waitingForTools
        // A call whose output only the client has cannot be gone on from.
        if isDue, !active.clientCalls.isEmpty { active.generation.state = .finished }
        response = active
        if isDue, active.clientCalls.isEmpty { continueAfterTools(at: now) }
    }

    /// The recorded call with this id, unless its output is recorded too.
    func openToolCall(_ callID: String) -> (item: Item, call: ToolCall)? {
        for item in history.reversed() {
            switch item.content {
            case .toolOutput(let output) where output.callID == callID: return nil
            case .toolCall(let call) where call.id == callID: return (item, call)
            default: continue
            }
        }
        return nil
    }

    mutating func continueAfterTools(at now: Instant) {
        guard var active = response else { return }
        let round = active.generation.id.round + 1
        guard round <= configuration.limits.maxToolRounds else {
            return fail(EngineFailure(code: "llm.tool_rounds", message: "the model called tools without end"), at: now)
        }
        active.toolOutputs = 0
        active.toolCallIDs = []
        active.resumesText = active.textCharacters > 0
        active.generation = .init(
            id: GenerationID(response: active.generation.id.response, round: round),
            state: .running(due: now + configuration.timeouts.generation))
        response = active
        add(.startGeneration(active.generation.id, turn: active.turn))
    }
}

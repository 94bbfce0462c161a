/// Tools of the client's tool servers, in a conversation that the client leads.
extension Conversation {
    // MARK: Within a response

    /// Tells of a remote tool that is on the record and is run.
    mutating func tellBegan(_ call: ToolCall, item: ItemID, response: ResponseID?) {
        guard isClientLed, call.remote != nil else { return }
        emit(.remoteToolBegan(call, item: item, response: response))
    }

    mutating func tellEnded(_ output: ToolOutput, of call: ToolCall, item: ItemID, response: ResponseID?) {
        guard isClientLed, call.remote != nil else { return }
        emit(.remoteToolEnded(output, item: item, response: response))
    }

    // MARK: Between responses

    /// Runs a call that waited for the client's approval, or tells the model that it was refused.
    mutating func approve(_ id: ItemID, _ isApproved: Bool, reason: String?, at now: Instant) {
        guard let item = history.first(where: { $0.id == id }), case .toolCall(let call) = item.content,
            call.remote != nil, call.isForClient, !requests.running.contains(where: { $0.item == id }),
            !hasOutput(item, call)
        else { return emit(.refused(.unknownItem(id))) }
        guard isApproved else {
            let reason = reason.map(\.trimmed).flatMap { $0.isEmpty ? nil : $0 }
            let words = "The call was not approved, and was not run.\(reason.map { " Reason: \($0)" } ?? "")"
            return record(.toolOutput(ToolOutput(callID: call.id, succeeded: false, output: words)), turn: item.turn)
        }
        requests.playoutEnds = nil
        // Of no response: whatever is being given goes on, and what comes of the tool is the next one's to tell.
        let generation = GenerationID(response: takeResponseID(), round: 0)
        requests.running.append(
            ApprovedTool(
                item: id, turn: item.turn, call: call, generation: generation, due: now + configuration.timeouts.tool))
        emit(.toolCall(name: call.name, turn: item.turn, status: .started))
        emit(.remoteToolBegan(call, item: id, response: nil))
        add(.runTool(generation, call))
    }

    /// Whether the call of `item` has its output: models use the names of their calls again.
    private func hasOutput(_ item: Item, _ call: ToolCall) -> Bool {
        guard let index = history.firstIndex(where: { $0.id == item.id }) else { return false }
        for later in history[(index + 1)...] {
            switch later.content {
            case .toolOutput(let output) where output.callID == call.id: return true
            case .toolCall(let other) where other.id == call.id: return false
            default: continue
            }
        }
        return false
    }

    /// - Returns: whether it was a tool that the client approved of.
    mutating func approvedToolFinished(_ id: GenerationID, _ output: ToolOutput, at now: Instant) -> Bool {
        guard let index = requests.running.firstIndex(where: { $0.generation == id }) else { return false }
        let tool = requests.running.remove(at: index)
        record(.toolOutput(output), turn: tool.turn)
        emit(.toolCall(name: tool.call.name, turn: tool.turn, status: output.succeeded ? .done : .failed))
        emit(.remoteToolEnded(output, item: tool.item, response: nil))
        beginWanted(at: now)
        return true
    }

    mutating func approvedToolsAreOverdue(at now: Instant) {
        for tool in requests.running where tool.due <= now {
            let output = ToolOutput(
                callID: tool.call.id, succeeded: false, output: "The tool did not answer in time.")
            _ = approvedToolFinished(tool.generation, output, at: now)
        }
    }
}

/// A remote tool that the client approved of and that has not ended.
struct ApprovedTool: Sendable {
    /// The call on the record.
    let item: ItemID
    let turn: TurnID
    let call: ToolCall
    /// Names its run; no response has it.
    let generation: GenerationID
    let due: Instant
}

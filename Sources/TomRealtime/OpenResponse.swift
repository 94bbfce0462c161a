import TomConversation

/// A response that is being given: what the client was told of it, and what is still open.
struct OpenResponse: Sendable {
    /// As at its beginning.
    let response: RealtimeResponse
    let dialect: RealtimeDialect
    /// In the order of their indices.
    private(set) var outputs: [OutputItem] = []

    init(_ response: RealtimeResponse, dialect: RealtimeDialect) {
        self.response = response
        self.dialect = dialect
    }

    var isSpoken: Bool { response.modality == .audio }
    /// Whether its items become the conversation's.
    var isRecorded: Bool { response.conversationID != nil }

    /// Where its audio goes at present.
    var audioTarget: RealtimeAudioTarget? { openReply.flatMap { outputs[$0].target } }

    /// The reply that grows: the latest one that is open.
    var openReply: Int? { outputs.lastIndex { $0.isOpen && $0.isReply } }

    func index(of id: ItemID) -> Int? { outputs.firstIndex { $0.id == id } }

    // MARK: Beginning

    /// - Parameter name: on the wire.
    mutating func begin(
        _ body: OutputItem.Body, named name: String, id: ItemID?, behind previous: String?,
        _ events: inout [RealtimeServerEvent]
    ) {
        let place = RealtimeOutputPlace(response: response.id, item: name, outputIndex: outputs.count)
        var output = OutputItem(place, id: id, previous: previous, body)
        events.append(.outputItemAdded(response: response.id, outputIndex: place.outputIndex, output.item))
        if isRecorded { events.append(.itemAdded(output.item, after: previous)) }
        switch body {
        case .reply(_, isSpoken: true):
            output.target = RealtimeAudioTarget(output.content, dialect: dialect)
            events.append(.contentPartAdded(output.content, .audio(transcript: "")))
        case .reply(_, isSpoken: false): events.append(.contentPartAdded(output.content, .text("")))
        case .remoteCall(let call):
            events.append(.toolArgumentsDelta(place, arguments: call.arguments))
            events.append(.toolArgumentsDone(place, arguments: call.arguments))
            events.append(.toolCall(item: name, outputIndex: place.outputIndex, .inProgress))
        case .call, .approvalRequest: break
        }
        outputs.append(output)
    }

    /// The core has a name for a reply that was begun before it told of one.
    mutating func adopt(_ index: Int, id: ItemID) { outputs[index].id = id }

    /// The client has deleted an item from the conversation: it is the response's all the same.
    mutating func delete(_ id: ItemID) {
        if let index = index(of: id) { outputs[index].isDeleted = true }
    }

    // MARK: Growing

    mutating func say(_ delta: String, at index: Int, _ events: inout [RealtimeServerEvent]) {
        guard case .reply(let text, let isSpoken) = outputs[index].body, !delta.isEmpty else { return }
        outputs[index].body = .reply(text: text + delta, isSpoken: isSpoken)
        let place = outputs[index].content
        events.append(isSpoken ? .audioTranscriptDelta(place, delta) : .textDelta(place, delta))
    }

    /// - Returns: the index of the call's item; `nil` when none is open.
    mutating func setOutcome(
        _ outcome: RemoteToolCall.Outcome, of call: String, _ events: inout [RealtimeServerEvent]
    ) -> Int? {
        for index in outputs.indices where outputs[index].isOpen {
            guard case .remoteCall(var remote) = outputs[index].body, remote.id == call else { continue }
            remote.outcome = outcome
            outputs[index].body = .remoteCall(remote)
            end(index, .completed, &events)
            return index
        }
        return nil
    }

    // MARK: Ending

    /// Ends an item; one that is over stays as it is.
    mutating func end(_ index: Int, _ status: RealtimeItem.Status, _ events: inout [RealtimeServerEvent]) {
        guard outputs[index].isOpen else { return }
        outputs[index].status = status
        outputs[index].target = nil
        if case .remoteCall(var call) = outputs[index].body, call.outcome == nil {
            call.outcome = .failed("The response ended before the tool did.")
            outputs[index].body = .remoteCall(call)
        }
        let output = outputs[index]
        switch output.body {
        case .reply(let text, true):
            events.append(.audioDone(output.content))
            events.append(.audioTranscriptDone(output.content, text))
            events.append(.contentPartDone(output.content, .audio(transcript: text)))
        case .reply(let text, false):
            events.append(.textDone(output.content, text))
            events.append(.contentPartDone(output.content, .text(text)))
        case .call(let callID, let name, let arguments):
            // A client runs what is done: of a call that was broken off it is not told the arguments.
            guard status == .completed else { break }
            events.append(.functionArgumentsDelta(output.place, callID: callID, arguments: arguments))
            events.append(
                .functionArgumentsDone(output.place, callID: callID, name: name, arguments: arguments))
        case .approvalRequest: break
        case .remoteCall(let call):
            let isDone = if case .output = call.outcome { true } else { false }
            events.append(
                .toolCall(
                    item: output.place.item, outputIndex: output.place.outputIndex, isDone ? .completed : .failed))
        }
        if isRecorded, dialect == .ga, !output.isDeleted {
            events.append(.itemDone(output.item, after: output.previous))
        }
        events.append(
            .outputItemDone(response: response.id, outputIndex: output.place.outputIndex, output.item))
    }

    /// Ends whatever is open, and then the response.
    mutating func end(
        _ status: RealtimeResponse.Status, usage: RealtimeUsage?, _ events: inout [RealtimeServerEvent]
    ) {
        for index in outputs.indices { end(index, status == .completed ? .completed : .incomplete, &events) }
        var response = response
        response.status = status
        response.output = outputs.map(\.item)
        response.usage = usage
        events.append(.responseDone(response))
    }
}

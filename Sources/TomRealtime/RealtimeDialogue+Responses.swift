public import TomConversation

/// Responses, on the record and beside it.
extension RealtimeDialogue {
    // MARK: Beginning

    mutating func began(_ key: ResponseKey, request: ResponseRequestID?) -> [RealtimeServerEvent] {
        guard session.kind == .realtime, responses[key] == nil else { return [] }
        let wanted = request.flatMap { requests.removeValue(forKey: $0) } ?? RealtimeResponseParameters()
        let isRecorded = if case .recorded = key { true } else { false }
        let maxOutputTokens: Int? =
            switch wanted.maxOutputTokens {
            case nil: session.maxOutputTokens
            case .unlimited: nil
            case .limit(let limit): limit
            }
        let response = RealtimeResponse(
            id: makeName("resp"), conversationID: isRecorded ? conversationID : nil,
            modality: wanted.modality ?? session.modality, maxOutputTokens: maxOutputTokens,
            outputFormat: wanted.outputFormat ?? session.outputFormat, voice: wanted.voice ?? session.voice,
            metadata: wanted.metadata)
        responses[key] = OpenResponse(response, dialect: dialect)
        return [.responseCreated(response)]
    }

    // MARK: Items of a response

    mutating func added(_ item: Item, behind previous: ItemID?, of response: ResponseID) -> [RealtimeServerEvent] {
        let key = ResponseKey.recorded(response)
        guard item.isShown, ledger[item.id] == nil, let open = responses[key] else { return [] }
        switch item.content {
        case .reply:
            if let early = open.openReply, open.outputs[early].id == nil {
                // Its words or its audio came first: the client knows it already.
                responses[key]?.adopt(early, id: item.id)
                ledger.add(item.id, entry(open.outputs[early].place.item, open), behind: previous)
                return []
            }
            let name = makeName("item")
            let after = ledger.add(item.id, entry(name, open), behind: previous)
            return beginReply(in: key, named: name, id: item.id, behind: after)
        case .toolCall(let call) where call.remote != nil:
            return askApproval(of: call, item.id, behind: previous, in: key)
        case .toolCall(let call):
            let callID = callID(for: call)
            let name = makeName("item")
            let after = ledger.add(
                item.id, ItemLedger.Entry(name: name, form: .written, callID: callID), behind: previous)
            ledger.note(callID, of: item.id, call: call.id)
            return begin(
                .call(callID: callID, name: call.name, arguments: call.argumentsText), in: key, named: name,
                id: item.id, behind: after)
        default: return added(item, behind: previous)
        }
    }

    mutating func done(_ item: Item, behind previous: ItemID?, of response: ResponseID) -> [RealtimeServerEvent] {
        let key = ResponseKey.recorded(response)
        var events: [RealtimeServerEvent] = []
        // The client may have deleted it meanwhile: it is the response's all the same.
        if responses[key]?.index(of: item.id) == nil { events = added(item, behind: previous, of: response) }
        guard let index = responses[key]?.index(of: item.id) else {
            // It came with a response and is none of its output.
            switch item.content {
            case .reply, .toolCall: return events
            default: return events + done(item, behind: previous)
            }
        }
        var status = RealtimeItem.Status.completed
        if case .reply(let text, let isCut) = item.content {
            if isCut { status = .incomplete }
            sayRest(of: text, at: index, in: key, &events)
        }
        end(index, in: key, status, &events)
        return events
    }

    private mutating func end(
        _ index: Int, in key: ResponseKey, _ status: RealtimeItem.Status, _ events: inout [RealtimeServerEvent]
    ) {
        responses[key]?.end(index, status, &events)
        audioTargets[key] = responses[key]?.audioTarget
    }

    /// Words that were not told of while they came, so that the deltas add up to what was said.
    private mutating func sayRest(
        of text: String, at index: Int, in key: ResponseKey, _ events: inout [RealtimeServerEvent]
    ) {
        guard case .reply(let told, _) = responses[key]?.outputs[index].body, text.hasPrefix(told) else { return }
        responses[key]?.say(String(text.dropFirst(told.count)), at: index, &events)
    }

    private func entry(_ name: String, _ response: OpenResponse) -> ItemLedger.Entry {
        ItemLedger.Entry(name: name, form: response.isSpoken ? .spoken : .written)
    }

    /// Models use the names of their calls again, clients tell calls apart by them.
    private mutating func callID(for call: ToolCall) -> String {
        !call.id.isEmpty && ledger.isFree(callID: call.id) ? call.id : makeName("call")
    }

    mutating func begin(
        _ body: OutputItem.Body, in key: ResponseKey, named name: String, id: ItemID?, behind previous: String?
    ) -> [RealtimeServerEvent] {
        var events: [RealtimeServerEvent] = []
        responses[key]?.begin(body, named: name, id: id, behind: previous, &events)
        audioTargets[key] = responses[key]?.audioTarget
        return events
    }

    private mutating func beginReply(
        in key: ResponseKey, named name: String, id: ItemID?, behind previous: String?
    ) -> [RealtimeServerEvent] {
        guard let isSpoken = responses[key]?.isSpoken else { return [] }
        if isSpoken { hasSpoken = true }
        return begin(.reply(text: "", isSpoken: isSpoken), in: key, named: name, id: id, behind: previous)
    }

    /// The reply that grows; begun where the core has not told of one yet.
    private mutating func openReply(in key: ResponseKey, _ events: inout [RealtimeServerEvent]) -> Int? {
        guard let open = responses[key] else { return nil }
        if let index = open.openReply { return index }
        events += beginReply(
            in: key, named: makeName("item"), id: nil, behind: open.isRecorded ? ledger.last : nil)
        return responses[key]?.openReply
    }

    // MARK: Words and audio

    mutating func said(_ text: String, in key: ResponseKey) -> [RealtimeServerEvent] {
        var events: [RealtimeServerEvent] = []
        guard !text.isEmpty, let index = openReply(in: key, &events) else { return events }
        responses[key]?.say(text, at: index, &events)
        return events
    }

    /// Where audio of the response goes; `nil` when `openAudio` has to be called first.
    public func audioTarget(of response: ResponseID) -> RealtimeAudioTarget? {
        audioTargets[.recorded(response)]
    }

    /// As `audioTarget(of:)`, of a response on no record.
    public func audioTarget(of request: ResponseRequestID) -> RealtimeAudioTarget? {
        audioTargets[.outOfBand(request)]
    }

    /// Begins the item and the part that audio of the response goes to, if none is open. Afterwards there is a target,
    /// unless the response is over or has no voice: then its audio is nobody's.
    public mutating func openAudio(of response: ResponseID) -> [RealtimeServerEvent] {
        openAudio(in: .recorded(response))
    }

    /// As `openAudio(of:)`, of a response on no record.
    public mutating func openAudio(of request: ResponseRequestID) -> [RealtimeServerEvent] {
        openAudio(in: .outOfBand(request))
    }

    private mutating func openAudio(in key: ResponseKey) -> [RealtimeServerEvent] {
        var events: [RealtimeServerEvent] = []
        if responses[key]?.isSpoken == true { _ = openReply(in: key, &events) }
        return events
    }

    // MARK: Ending

    mutating func ended(_ key: ResponseKey, _ end: ResponseEnd, usage: RealtimeUsage?) -> [RealtimeServerEvent] {
        if case .outOfBand(let request) = key { requests[request] = nil }
        guard var open = responses.removeValue(forKey: key) else { return [] }
        audioTargets[key] = nil
        var events: [RealtimeServerEvent] = []
        open.end(RealtimeResponse.Status(end), usage: usage, &events)
        return events
    }

    // MARK: Beside the conversation

    /// What the client is sent for what became of a response on no record: `.began` first, `.ended` last.
    ///
    /// - Parameter usage: with `.ended`.
    public mutating func tell(
        _ news: OutOfBandNews, of request: ResponseRequestID, usage: RealtimeUsage? = nil
    ) -> [RealtimeServerEvent] {
        let key = ResponseKey.outOfBand(request)
        switch news {
        case .began: return began(key, request: request)
        case .text(let text): return said(text, in: key)
        case .toolCall(let call):
            guard let open = responses[key] else { return [] }
            var events: [RealtimeServerEvent] = []
            // Calls come last: what was said is said.
            if let reply = open.openReply { end(reply, in: key, .completed, &events) }
            // Its output goes to no conversation: the call's own name will do.
            let callID = call.id.isEmpty ? makeName("call") : call.id
            events += begin(
                .call(callID: callID, name: call.name, arguments: call.argumentsText), in: key,
                named: makeName("item"), id: nil, behind: nil)
            if let index = responses[key]?.outputs.indices.last { end(index, in: key, .completed, &events) }
            return events
        case .ended(let end): return ended(key, end, usage: usage)
        }
    }
}

/// What becomes of a response that is made beside the conversation: begun first, ended last.
public enum OutOfBandNews: Sendable, Equatable {
    case began
    case text(String)
    /// Complete: it is the client's to run.
    case toolCall(ToolCall)
    case ended(ResponseEnd)
}

extension RealtimeResponse.Status {
    init(_ end: ResponseEnd) {
        switch end {
        case .completed: self = .completed
        case .incomplete(.maxTokens): self = .incomplete(.maxOutputTokens)
        case .incomplete(.contentFilter): self = .incomplete(.contentFilter)
        case .cancelled(.speech): self = .cancelled(.turnDetected)
        case .cancelled(.client): self = .cancelled(.clientCancelled)
        case .cancelled(.hangUp): self = .cancelled(nil)
        case .failed(let failure): self = .failed(code: failure.code, message: failure.message)
        }
    }
}

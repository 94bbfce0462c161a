import TomConversation

/// What a client asks for.
extension RealtimeDialogue {
    /// What a client's event asks for. `eventID`: the client's own name for it.
    public mutating func receive(_ event: RealtimeClientEvent, eventID: String?) -> [RealtimeRequest] {
        handling = ClientRequest(eventID: eventID)
        if case .audioAppend = event { return Self.hearing }
        do {
            if case .itemCreate(let item, _) = event, case .mcp("mcp_approval_response", let members) = item.kind {
                return try approve(item, members)
            }
            return [try request(for: event)]
        } catch {
            return [.tell(fault(error))]
        }
    }

    /// Asked for many times a second: one array for all.
    private static let hearing = [RealtimeRequest.hear]

    private mutating func request(for event: RealtimeClientEvent) throws(RealtimeFault) -> RealtimeRequest {
        switch event {
        case .sessionUpdate(let members): return try update(members)
        case .audioAppend: return .hear
        case .audioCommit: return .input(.commit)
        case .audioClear: return .input(.clearAudio)
        case .itemCreate(let item, let place): return try create(item, at: place)
        case .itemRetrieve(let name):
            let id = try item(named: name, or: "item_retrieve_invalid_item_id")
            if !id.isOnRecord, let told = remoteItem(id) { return .tell(.itemRetrieved(told)) }
            handling?.subject = .retrieving(id, name: name)
            return .retrieve(id)
        case .itemTruncate(let name, let contentIndex, let audioEndMs):
            return try truncate(name, contentIndex: contentIndex, audioEndMs: audioEndMs)
        case .itemDelete(let name):
            let id = try item(named: name, or: "item_delete_invalid_item_id")
            if !id.isOnRecord, let told = deleted(id).first { return .tell(told) }
            handling?.subject = .deleting(name: name)
            return .input(.delete(id))
        case .responseCreate(let parameters): return try respond(parameters)
        case .responseCancel(let name): return try cancel(name)
        case .outputAudioClear:
            throw RealtimeFault(
                code: "unsupported_event",
                message: "output_audio_buffer.clear is for WebRTC and SIP: over a WebSocket the client holds the audio."
                    + " Send response.cancel and conversation.item.truncate.", param: "type")
        }
    }

    private func item(named name: String, or code: String) throws(RealtimeFault) -> ItemID {
        guard let id = ledger.id(of: name) else { throw .unknownItem(name, code: code) }
        return id
    }

    // MARK: The session

    private mutating func update(_ members: [String: JSONValue]) throws(RealtimeFault) -> RealtimeRequest {
        let wanted = try session.applying(members, dialect: dialect, isNew: !isModelNamed)
        isModelNamed = isModelNamed || members["model"] != nil
        try refuseConnectors(wanted.tools, at: "session.tools")
        let isGA = dialect == .ga
        guard wanted.kind == session.kind || !hasBegun else {
            throw RealtimeFault(
                code: "invalid_value",
                message: "A session stays of the type '\(session.kind.rawValue)' once anything was said in it."
                    + " Open another one.", param: "session.type")
        }
        if hasSpoken, wanted.voice != session.voice {
            throw .voiceIsSettled(isGA ? "session.audio.output.voice" : "session.voice")
        }
        if !responses.isEmpty, wanted.outputFormat != session.outputFormat {
            throw RealtimeFault(
                code: "invalid_value",
                message: "The format of the audio cannot change while a response is being given."
                    + " Wait for its response.done, or cancel it.",
                param: isGA ? "session.audio.output.format" : "session.output_audio_format")
        }
        handling?.subject = .configuring(wanted)
        return .configure(wanted)
    }

    private var hasBegun: Bool { ledger.last != nil || !turns.isEmpty || !responses.isEmpty }

    // MARK: Items

    private mutating func truncate(
        _ name: String, contentIndex: Int, audioEndMs: Int
    ) throws(RealtimeFault) -> RealtimeRequest {
        let id = try item(named: name, or: "item_truncate_invalid_item_id")
        guard id.isOnRecord else { throw fault(for: .notSpoken(id)) }
        guard contentIndex == 0 else {
            throw RealtimeFault(
                code: "invalid_value", message: "The item '\(name)' has one part: content_index is 0.",
                param: "content_index")
        }
        guard audioEndMs >= 0 else {
            throw RealtimeFault(
                code: "invalid_value", message: "audio_end_ms is a length in milliseconds, 0 or more.",
                param: "audio_end_ms")
        }
        handling?.subject = .truncating(name: name, audioEndMs: audioEndMs)
        return .input(.truncate(id, audioMs: audioEndMs))
    }

    // MARK: Responses

    /// Responses that may be asked for and not begun.
    private static let requestCapacity = 64

    private mutating func respond(
        _ parameters: RealtimeResponseParameters
    ) throws(RealtimeFault) -> RealtimeRequest {
        try refuseInTranscription("response.create")
        try refuseConnectors(parameters.tools ?? [], at: "response.tools")
        if hasSpoken, let voice = parameters.voice, voice != session.voice {
            throw .voiceIsSettled(dialect == .ga ? "response.audio.output.voice" : "response.voice")
        }
        let context = try parameters.input.map { input throws(RealtimeFault) in try self.context(input) }
        requestCount += 1
        let id = ResponseRequestID(requestCount)
        requests[id] = parameters
        requests[ResponseRequestID(requestCount - Self.requestCapacity)] = nil
        handling?.subject = .responding(id)
        let request = RealtimeResponseRequest(id: id, parameters: parameters, context: context)
        return parameters.isOutOfBand ? .respondOutOfBand(request) : .respond(request)
    }

    private func context(
        _ input: [RealtimeResponseParameters.Input]
    ) throws(RealtimeFault) -> [RealtimeResponseRequest.Context] {
        var context: [RealtimeResponseRequest.Context] = []
        for (index, input) in input.enumerated() {
            let param = "response.input[\(index)]"
            switch input {
            case .reference(let name):
                guard let id = ledger.id(of: name) else {
                    throw .unknownItem(name, code: "invalid_value", param: "\(param).id")
                }
                context.append(.item(id))
            case .item(let item): context.append(.content(try content(of: item.kind, param: param)))
            }
        }
        return context
    }

    private mutating func cancel(_ name: String?) throws(RealtimeFault) -> RealtimeRequest {
        try refuseInTranscription("response.cancel")
        guard let name else { return .input(.cancelResponse(nil)) }
        switch responses.first(where: { $0.value.response.id == name })?.key {
        case .recorded(let id): return .input(.cancelResponse(id))
        case .outOfBand(let id): return .cancelOutOfBand(id)
        case nil: throw .noActiveResponse(named: name)
        }
    }

    private func refuseInTranscription(_ event: String) throws(RealtimeFault) {
        guard session.kind == .transcription else { return }
        throw RealtimeFault(
            code: "unsupported_event",
            message: "A transcription session gives no responses, so that it has no \(event)."
                + " Open a session of type 'realtime'.", param: "type")
    }
}

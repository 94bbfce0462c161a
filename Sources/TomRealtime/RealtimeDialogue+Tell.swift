public import TomConversation

/// What the core tells.
extension RealtimeDialogue {
    /// What the client is sent for what the core told.
    ///
    /// Nothing is sent for a notice, for the end of the call, and for the events of calls that no client leads.
    ///
    /// - Parameters:
    ///   - inputMs: how much audio of the caller's has come since the session began; heeded with `idled`.
    ///   - usage: of the response, with `responseEnded`.
    public mutating func tell(
        _ event: Event, inputMs: Int = 0, usage: RealtimeUsage? = nil
    ) -> [RealtimeServerEvent] {
        switch event {
        case .utteranceBegan(let turn, let audioMs): return began(turn, audioMs: audioMs)
        case .utteranceEnded(let turn, let audioMs): return ended(turn, audioMs: audioMs)
        case .audioCleared: return cleared()
        case .idled(let turn): return idled(turn, inputMs: inputMs)
        case .transcriptFinal(let text, let turn, _, _): return transcribed(turn, text)
        case .transcriptFailed(let turn, let failure): return failed(turn, failure)
        case .itemAdded(let item, let previous, nil): return added(item, behind: previous)
        case .itemAdded(let item, let previous, let response?): return added(item, behind: previous, of: response)
        case .itemDone(let item, let previous, nil): return done(item, behind: previous)
        case .itemDone(let item, let previous, let response?): return done(item, behind: previous, of: response)
        case .itemTruncated(let id, let audioMs):
            return ledger[id].map { [.itemTruncated($0.name, contentIndex: 0, audioEndMs: audioMs)] } ?? []
        case .itemDeleted(let id): return deleted(id)
        case .responseBegan(let id, _, let request): return began(.recorded(id), request: request)
        case .responseText(let text, _, let response): return said(text, in: .recorded(response))
        case .responseAudioStarted(let response, _): return openAudio(of: response)
        case .responseEnded(let id, let end): return ended(.recorded(id), end, usage: usage)
        case .remoteToolBegan(let call, let item, let response): return began(call, item: item, response: response)
        case .remoteToolEnded(let output, let item, let response):
            return ended(output, item: item, response: response)
        case .toolServer(let server, let news): return tell(news, of: server)
        case .refused(let refusal): return refused(refusal)
        case .speechStarted, .speechStopped, .transcriptInterim, .toolCall, .responseAudioEnded, .bargeIn,
            .turnEnded, .notice, .stopped:
            return []
        }
    }

    private mutating func refused(_ refusal: Refusal) -> [RealtimeServerEvent] {
        if case .responding(let request) = handling?.subject { requests[request] = nil }
        return [fault(fault(for: refusal))]
    }
}

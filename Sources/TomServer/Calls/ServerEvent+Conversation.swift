import TomConversation
import TomWire

extension ServerEvent {
    /// The wire's words for what a conversation tells its caller; `nil` for what this framing leaves unsaid.
    init?(_ event: Event, binaryFraming: Bool) {
        switch event {
        case .speechStarted(let audioMs): self = .speechStarted(audioMs: audioMs)
        case .speechStopped(let audioMs): self = .speechStopped(audioMs: audioMs)
        case .transcriptInterim(let text, let turn): self = .sttPartial(text: text, turnID: turn.description)
        case .transcriptFinal(let text, let turn, let language, let confidence):
            self = .sttFinal(text: text, turnID: turn.description, language: language, confidence: confidence)
        case .responseText(let text, let turn, let response):
            self = .llmToken(text: text, turnID: turn.description, responseID: response.description)
        case .toolCall(let name, let turn, let status):
            self = .toolCall(turnID: turn.description, name: name, status: .init(status))
        case .responseAudioStarted(let response, let turn):
            guard binaryFraming else { return nil }
            self = .ttsStart(responseID: response.description, turnID: turn.description)
        case .responseAudioEnded(let response):
            guard binaryFraming else { return nil }
            self = .ttsEnd(responseID: response.description)
        case .bargeIn(let response, let heardMs, let heardText):
            self = .bargeIn(responseID: response.description, heardMs: heardMs, heardText: heardText)
        case .turnEnded(let turn, let response, let status, let latency):
            self = .turnEnd(
                .init(
                    turnID: turn.description, responseID: response.description, status: .init(status),
                    latency: .init(latency)))
        case .notice(let code, let message): self = .notice(code: code, message: message)
        case .stopped(let reason): self = .stopped(reason: reason)
        // A client of this protocol does not lead its conversation.
        case .utteranceBegan, .utteranceEnded, .audioCleared, .idled, .itemAdded, .itemDone, .itemTruncated,
            .itemDeleted, .transcriptFailed, .responseBegan, .responseEnded, .remoteToolBegan, .remoteToolEnded,
            .toolServer, .refused:
            return nil
        }
    }
}

extension ServerEvent.ToolStatus {
    init(_ status: TomConversation.ToolStatus) {
        self =
            switch status {
            case .started: .started
            case .done: .done
            case .failed: .failed
            }
    }
}

extension ServerEvent.TurnStatus {
    init(_ status: TomConversation.TurnStatus) {
        self =
            switch status {
            case .completed: .completed
            case .interrupted: .interrupted
            case .failed: .failed
            }
    }
}

extension ServerEvent.Latency {
    init(_ latency: TurnLatency) {
        self.init(
            endpointingMs: latency.endpointingMs, sttMs: latency.sttMs, llmFirstTokenMs: latency.llmFirstTokenMs,
            ttsFirstAudioMs: latency.ttsFirstAudioMs, otherMs: latency.otherMs, e2eMs: latency.e2eMs)
    }
}

extension CloseCode {
    /// The close code that goes with a call's end.
    init(_ reason: Termination.Reason) {
        self =
            switch reason {
            case .callerHungUp, .agentHungUp, .idle, .connectionLost: .done
            case .draining: .draining
            case .authorizationEnded, .protocolError, .unresponsive: .policyViolation
            case .rateLimited: .tryAgainLater
            case .internalError: .internalError
            }
    }
}

extension Termination {
    /// What the end of the socket means for the call.
    init(_ end: WebSocketEnd) {
        switch end {
        // a page that closes says 1001, most clients 1000 or nothing
        case .peerClosed(nil), .peerClosed(1000), .peerClosed(1001):
            self.init(result: .completed, reason: .callerHungUp)
        case .peerClosed, .lost: self.init(result: .failed, reason: .connectionLost)
        case .violation: self.init(result: .failed, reason: .protocolError)
        case .unresponsive: self.init(result: .failed, reason: .unresponsive)
        case .quiesced: self.init(result: .completed, reason: .draining)
        }
    }
}

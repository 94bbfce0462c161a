extension RealtimeServerEvent {
    /// The `type` this event is sent under.
    public func name(in dialect: RealtimeDialect) -> String {
        wireName(in: dialect).spelling(in: dialect)
    }

    private func wireName(in dialect: RealtimeDialect) -> Name {
        switch self {
        case .sessionCreated(let session):
            session.isTranscription(in: dialect) ? .transcriptionSessionCreated : .sessionCreated
        case .sessionUpdated(let session):
            session.isTranscription(in: dialect) ? .transcriptionSessionUpdated : .sessionUpdated
        case .conversationCreated: .conversationCreated
        case .itemAdded: .itemAdded
        case .itemDone: .itemDone
        case .itemRetrieved: .itemRetrieved
        case .itemTruncated: .itemTruncated
        case .itemDeleted: .itemDeleted
        case .transcriptionDelta: .transcriptionDelta
        case .transcriptionCompleted: .transcriptionCompleted
        case .transcriptionFailed: .transcriptionFailed
        case .audioCommitted: .audioCommitted
        case .audioCleared: .audioCleared
        case .speechStarted: .speechStarted
        case .speechStopped: .speechStopped
        case .timeoutTriggered: .timeoutTriggered
        case .responseCreated: .responseCreated
        case .responseDone: .responseDone
        case .outputItemAdded: .outputItemAdded
        case .outputItemDone: .outputItemDone
        case .contentPartAdded: .contentPartAdded
        case .contentPartDone: .contentPartDone
        case .audioDone: .audioDone
        case .audioTranscriptDelta: .audioTranscriptDelta
        case .audioTranscriptDone: .audioTranscriptDone
        case .textDelta: .textDelta
        case .textDone: .textDone
        case .functionArgumentsDelta: .functionArgumentsDelta
        case .functionArgumentsDone: .functionArgumentsDone
        case .toolListing(_, .inProgress): .toolListingInProgress
        case .toolListing(_, .completed): .toolListingCompleted
        case .toolListing(_, .failed): .toolListingFailed
        case .toolArgumentsDelta: .toolArgumentsDelta
        case .toolArgumentsDone: .toolArgumentsDone
        case .toolCall(_, _, .inProgress): .toolCallInProgress
        case .toolCall(_, _, .completed): .toolCallCompleted
        case .toolCall(_, _, .failed): .toolCallFailed
        case .rateLimitsUpdated: .rateLimitsUpdated
        case .error: .error
        }
    }

    /// Every event that can be written, by its name in the GA API, or in the beta where that alone has it.
    enum Name: String, CaseIterable {
        case sessionCreated = "session.created"
        case sessionUpdated = "session.updated"
        case transcriptionSessionCreated = "transcription_session.created"
        case transcriptionSessionUpdated = "transcription_session.updated"
        case conversationCreated = "conversation.created"
        case itemAdded = "conversation.item.added"
        case itemDone = "conversation.item.done"
        case itemRetrieved = "conversation.item.retrieved"
        case itemTruncated = "conversation.item.truncated"
        case itemDeleted = "conversation.item.deleted"
        case transcriptionDelta = "conversation.item.input_audio_transcription.delta"
        case transcriptionCompleted = "conversation.item.input_audio_transcription.completed"
        case transcriptionFailed = "conversation.item.input_audio_transcription.failed"
        case audioCommitted = "input_audio_buffer.committed"
        case audioCleared = "input_audio_buffer.cleared"
        case speechStarted = "input_audio_buffer.speech_started"
        case speechStopped = "input_audio_buffer.speech_stopped"
        case timeoutTriggered = "input_audio_buffer.timeout_triggered"
        case responseCreated = "response.created"
        case responseDone = "response.done"
        case outputItemAdded = "response.output_item.added"
        case outputItemDone = "response.output_item.done"
        case contentPartAdded = "response.content_part.added"
        case contentPartDone = "response.content_part.done"
        case audioDelta = "response.output_audio.delta"
        case audioDone = "response.output_audio.done"
        case audioTranscriptDelta = "response.output_audio_transcript.delta"
        case audioTranscriptDone = "response.output_audio_transcript.done"
        case textDelta = "response.output_text.delta"
        case textDone = "response.output_text.done"
        case functionArgumentsDelta = "response.function_call_arguments.delta"
        case functionArgumentsDone = "response.function_call_arguments.done"
        case toolListingInProgress = "mcp_list_tools.in_progress"
        case toolListingCompleted = "mcp_list_tools.completed"
        case toolListingFailed = "mcp_list_tools.failed"
        case toolArgumentsDelta = "response.mcp_call_arguments.delta"
        case toolArgumentsDone = "response.mcp_call_arguments.done"
        case toolCallInProgress = "response.mcp_call.in_progress"
        case toolCallCompleted = "response.mcp_call.completed"
        case toolCallFailed = "response.mcp_call.failed"
        case rateLimitsUpdated = "rate_limits.updated"
        case error

        /// On the wire.
        func spelling(in dialect: RealtimeDialect) -> String {
            guard dialect == .beta else { return rawValue }
            return switch self {
            case .itemAdded: "conversation.item.created"
            case .audioDelta: "response.audio.delta"
            case .audioDone: "response.audio.done"
            case .audioTranscriptDelta: "response.audio_transcript.delta"
            case .audioTranscriptDone: "response.audio_transcript.done"
            case .textDelta: "response.text.delta"
            case .textDone: "response.text.done"
            default: rawValue
            }
        }

        /// Whether a client of the dialect is sent it.
        func isSent(in dialect: RealtimeDialect) -> Bool {
            switch self {
            case .transcriptionSessionCreated, .transcriptionSessionUpdated, .conversationCreated: dialect == .beta
            case .itemDone: dialect == .ga
            default: true
            }
        }
    }
}

extension RealtimeSession {
    /// Whether the dialect has events of its own for it.
    fileprivate func isTranscription(in dialect: RealtimeDialect) -> Bool {
        kind == .transcription && dialect == .beta
    }
}

import TomConversation

/// What is wrong with a client's request, in the codes that the hosted API has for it.
extension RealtimeFault {
    static func unknownItem(_ name: String, code: String, param: String = "item_id") -> RealtimeFault {
        RealtimeFault(
            code: code, message: "There is no item '\(name)' in the conversation.", param: param)
    }

    static func unknownApproval(_ request: String) -> RealtimeFault {
        RealtimeFault(
            code: "invalid_approval_request_id",
            message: "No call waits for approval under the name '\(request)'.", param: "item.approval_request_id")
    }

    static func voiceIsSettled(_ param: String) -> RealtimeFault {
        RealtimeFault(
            code: "cannot_update_voice",
            message: "The voice cannot change once the assistant has spoken. Open another session for another voice.",
            param: param)
    }

    /// Clients know this one by how its message begins.
    static func noActiveResponse(named name: String? = nil) -> RealtimeFault {
        RealtimeFault(
            code: "response_cancel_not_active",
            message: "Cancellation failed: no active response found"
                + (name.map { " of the id '\($0)'" } ?? ""), param: name == nil ? nil : "response_id")
    }
}

extension RealtimeDialogue {
    /// Why the core did not do what the client's event at hand asked for.
    func fault(for refusal: Refusal) -> RealtimeFault {
        switch refusal {
        case .nothingToCommit:
            return RealtimeFault(
                code: "input_audio_buffer_commit_empty",
                message: "There is too little audio in the buffer to commit: append more first.")
        case .callerIsSpeaking:
            return RealtimeFault(
                code: "caller_is_speaking",
                message: "A message of audio cannot be heard while the caller speaks."
                    + " Commit or clear the buffer first.",
                param: "item.content[0].audio")
        case .noActiveResponse: return .noActiveResponse()
        case .responseIsActive(let id):
            let name = id.flatMap { responses[.recorded($0)]?.response.id }
            return RealtimeFault(
                code: "conversation_already_has_active_response",
                message: "The conversation already has an active response in progress\(name.map { ": \($0)" } ?? "")."
                    + " Wait for its response.done, or cancel it.")
        case .unknownItem(let id): return unknownItem(id)
        case .notSpoken(let id):
            return RealtimeFault(
                code: "item_truncate_invalid_item_id",
                message: "Only what the assistant spoke can be truncated, which the item '\(name(of: id))' is not.",
                param: "item_id")
        case .beyondAudio(let id, let durationMs):
            let wanted = if case .truncating(_, let ms) = handling?.subject { "\(ms) ms" } else { "that" }
            return RealtimeFault(
                code: "invalid_value",
                message: "The audio of the item '\(name(of: id))' is \(durationMs) ms long, which is already shorter"
                    + " than \(wanted).", param: "audio_end_ms")
        }
    }

    private func unknownItem(_ id: ItemID) -> RealtimeFault {
        switch handling?.subject {
        case .retrieving(_, let name): .unknownItem(name, code: "item_retrieve_invalid_item_id")
        case .truncating(let name, _): .unknownItem(name, code: "item_truncate_invalid_item_id")
        case .deleting(let name): .unknownItem(name, code: "item_delete_invalid_item_id")
        case .approving(let request): .unknownApproval(request)
        default:
            .unknownItem(
                name(of: id), code: "item_create_invalid_previous_item_id", param: "previous_item_id")
        }
    }

    private func name(of id: ItemID) -> String { ledger[id]?.name ?? id.description }
}

import TomConversation
import TomWire

extension JSONWriter {
    /// The members of an event beside `type` and `event_id`.
    mutating func write(_ event: RealtimeServerEvent, _ dialect: RealtimeDialect) {
        switch event {
        case .sessionCreated(let session), .sessionUpdated(let session):
            name("session")
            session.write(to: &self, dialect: dialect)
        case .conversationCreated(let id):
            field("conversation") { writer in
                writer.field("id", id)
                writer.field("object", "realtime.conversation")
            }
        case .itemAdded(let item, let previous), .itemDone(let item, let previous):
            nullableField("previous_item_id", previous)
            write(item, dialect)
        case .itemRetrieved(let item): write(item, dialect, includesAudio: true)
        case .itemTruncated(let item, let contentIndex, let audioEndMs):
            field("item_id", item)
            field("content_index", contentIndex)
            field("audio_end_ms", audioEndMs)
        case .itemDeleted(let item): field("item_id", item)
        case .transcriptionDelta, .transcriptionCompleted, .transcriptionFailed: writeTranscription(event)
        case .audioCommitted, .audioCleared, .speechStarted, .speechStopped, .timeoutTriggered: writeBuffer(event)
        case .responseCreated(let response), .responseDone(let response): write(response, dialect)
        case .toolListing(let item, _): field("item_id", item)
        case .rateLimitsUpdated(let limits): write(limits)
        case .error(let fault): write(fault)
        case .outputItemAdded, .outputItemDone, .contentPartAdded, .contentPartDone, .audioDone,
            .audioTranscriptDelta, .audioTranscriptDone, .textDelta, .textDone, .functionArgumentsDelta,
            .functionArgumentsDone, .toolArgumentsDelta, .toolArgumentsDone, .toolCall:
            writeOutput(event, dialect)
        }
    }

    private mutating func writeTranscription(_ event: RealtimeServerEvent) {
        switch event {
        case .transcriptionDelta(let item, let contentIndex, let delta):
            field("item_id", item)
            field("content_index", contentIndex)
            field("delta", delta)
        case .transcriptionCompleted(let item, let contentIndex, let transcript, let seconds):
            field("item_id", item)
            field("content_index", contentIndex)
            field("transcript", transcript)
            field("usage") { writer in
                writer.field("type", "duration")
                writer.field("seconds", seconds)
            }
        case .transcriptionFailed(let item, let contentIndex, let failure):
            field("item_id", item)
            field("content_index", contentIndex)
            field("error") { writer in
                writer.field("type", RealtimeFault.Kind.server.rawValue)
                writer.field("code", failure.code)
                writer.field("message", failure.message)
                writer.nullField("param")
            }
        default: break
        }
    }

    private mutating func writeBuffer(_ event: RealtimeServerEvent) {
        switch event {
        case .audioCommitted(let item, let previous):
            nullableField("previous_item_id", previous)
            field("item_id", item)
        case .speechStarted(let item, let startMs):
            field("audio_start_ms", startMs)
            field("item_id", item)
        case .speechStopped(let item, let endMs):
            field("audio_end_ms", endMs)
            field("item_id", item)
        case .timeoutTriggered(let item, let startMs, let endMs):
            field("audio_start_ms", startMs)
            field("audio_end_ms", endMs)
            field("item_id", item)
        default: break
        }
    }

    private mutating func writeOutput(_ event: RealtimeServerEvent, _ dialect: RealtimeDialect) {
        switch event {
        case .outputItemAdded(let response, let outputIndex, let item),
            .outputItemDone(let response, let outputIndex, let item):
            field("response_id", response)
            field("output_index", outputIndex)
            write(item, dialect)
        case .contentPartAdded(let place, let part), .contentPartDone(let place, let part):
            write(place)
            write(part)
        case .audioDone(let place): write(place)
        case .audioTranscriptDelta(let place, let delta), .textDelta(let place, let delta):
            write(place)
            field("delta", delta)
        case .audioTranscriptDone(let place, let transcript):
            write(place)
            field("transcript", transcript)
        case .textDone(let place, let text):
            write(place)
            field("text", text)
        case .functionArgumentsDelta(let place, let callID, let arguments):
            write(place)
            field("call_id", callID)
            field("delta", arguments)
        case .functionArgumentsDone(let place, let callID, let name, let arguments):
            write(place)
            field("call_id", callID)
            field("name", name)
            field("arguments", arguments)
        case .toolArgumentsDelta(let place, let arguments):
            write(place)
            field("delta", arguments)
        case .toolArgumentsDone(let place, let arguments):
            write(place)
            field("arguments", arguments)
        case .toolCall(let item, let outputIndex, _):
            field("item_id", item)
            field("output_index", outputIndex)
        default: break
        }
    }

    // MARK: Parts of events

    private mutating func write(_ item: RealtimeItem, _ dialect: RealtimeDialect, includesAudio: Bool = false) {
        name("item")
        item.write(to: &self, dialect: dialect, includesAudio: includesAudio)
    }

    private mutating func write(_ place: RealtimeOutputPlace) {
        field("response_id", place.response)
        field("item_id", place.item)
        field("output_index", place.outputIndex)
    }

    /// The members that say where a part is.
    mutating func write(_ place: RealtimeContentPlace) {
        write(place.output)
        field("content_index", place.contentIndex)
    }

    private mutating func write(_ part: RealtimeContentPart) {
        field("part") { writer in
            switch part {
            case .audio(let transcript):
                writer.field("type", "audio")
                writer.field("transcript", transcript)
            case .text(let text):
                writer.field("type", "text")
                writer.field("text", text)
            }
        }
    }

    private mutating func write(_ limits: [RealtimeRateLimit]) {
        array("rate_limits", of: limits) { writer, limit in
            writer.object { writer in
                writer.field("name", limit.name.rawValue)
                writer.field("limit", limit.limit)
                writer.field("remaining", limit.remaining)
                writer.field("reset_seconds", limit.resetSeconds)
            }
        }
    }

    private mutating func write(_ fault: RealtimeFault) {
        field("error") { writer in
            writer.field("type", fault.kind.rawValue)
            writer.field("code", fault.code)
            writer.field("message", fault.message)
            writer.nullableField("param", fault.param)
            writer.nullableField("event_id", fault.eventID)
        }
    }
}

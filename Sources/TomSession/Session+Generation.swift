import TomConversation
import TomEngines

/// The language model of a call, and the tools it asks for.
extension Session {
    func startGeneration(_ id: GenerationID, turn: TurnID, _ history: [Item], meter: UsageMeter) {
        guard let model = engines.languageModel else { return }
        let wanted = requested(id.response)
        let offer = offer(wanted, round: id.round)
        let request = ResponseRequest(
            response: id.response, turn: turn, language: profile.language, history: wanted?.history ?? history,
            tools: offer.tools, directions: offer.directions, meter: meter, avoiding: broken.models)
        keep(meter, of: id.response)
        let lane = ResultLane(to: self, overflow: .generation(id, .failed(.flood("llm"))))
        if id.round == 0 { ownSpeech.clear() }
        let task = model.respond(to: request, deliver: generationDelivery(id, lane))
        generation?.cancel()
        generation = RunningTask(id: id, task: task, lane: lane)
    }

    func cancelGeneration(_ id: GenerationID) {
        guard generation?.id == id else { return }
        generation?.cancel()
        generation = nil
        metrics.engine("llm", .cancelled)
    }

    func generationReported(_ id: GenerationID, _ event: ResponseEvent) {
        guard let running = generation, running.id == id else { return }
        switch event {
        case .text(let text): apply(.responseText(id, text))
        // Comes converted, as `Work.speech`.
        case .audio: break
        case .toolCall(let call): apply(.responseTool(id, attributed(call, of: id)))
        case .memory(let memory): apply(.responseMemory(id, memory))
        case .expects(let expectation): apply(.responseExpects(id, expectation))
        case .endsCall: apply(.responseEndsCall(id))
        case .cutShort(let shortfall): apply(.responseCutShort(id, shortfall))
        case .failedOver(let failover): failedOver("llm", failover, at: .generation(id))
        case .finished:
            generation = nil
            running.lane.close()
            metrics.engine("llm", .ok)
            apply(.responseFinished(id))
        case .failed(let error):
            generation = nil
            running.cancel()
            failed("llm", error)
            apply(.responseFailed(id, EngineFailure(error)))
        case .broke(let failover):
            generation = nil
            running.cancel()
            broken.models.insert(failover.from)
            // Whether the reply begins anew is the conversation's to say.
            hasBegunAnew = false
            apply(.responseBroke(id, EngineFailure(failover.error)))
            if hasBegunAnew { failedOver("llm", failover) } else { failed("llm", failover.error) }
        }
    }

    func startSpeculation(_ id: GenerationID, turn: TurnID) {
        guard let history = conversation.speculatedHistory else { return }
        let meter = usage.meter()
        speculativeMeters = [meter]
        startGeneration(id, turn: turn, history, meter: meter)
    }

    func adoptSpeculation() {
        speculativeMeters = []
        metrics.speculation(used: true)
    }

    func discardSpeculation(_ id: GenerationID) {
        cancelGeneration(id)
        clearPlayout()
        for meter in speculativeMeters { meter.discard() }
        speculativeMeters = []
        metrics.speculation(used: false)
    }

    func runTool(_ id: GenerationID, _ call: ToolCall) {
        let context = ToolContext(
            callID: options.callID, agentID: profile.agentID, recordings: recordings, transfer: link?.transfer)
        // A tool that never ends does not keep the call's session.
        let deliver: @Sendable (ToolOutput) -> Void = { [weak self] output in
            self?.deliver(.input(.toolFinished(id, output)), from: nil)
        }
        guard let remote = call.remote else { return tools.run(call, in: context, deliver: deliver) }
        guard let server = client?.servers.opened(remote.server) else {
            let words = "The tool is not available."
            return deliver(ToolOutput(callID: call.id, succeeded: false, output: words))
        }
        tools.run(call, on: server, in: context, deliver: deliver)
    }
}

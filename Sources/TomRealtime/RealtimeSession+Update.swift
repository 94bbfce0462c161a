public import TomConversation

extension RealtimeSession {
    /// The session after a `session.update` whose `session` is `patch`.
    ///
    /// Only what is present changes; objects within merge, but a `turn_detection` of another `type` replaces the one
    /// before. `null` turns off what can be off and resets everything else to its default; for `type`, `model` and
    /// `voice`, which have none, it is like leaving them out. What a call's state forbids, such as another voice after
    /// audio was given or another `kind`, is for the caller to compare.
    ///
    /// - Parameters:
    ///   - patch: the members of `session`, `null` among them.
    ///   - isNew: the session has not begun, so that its `model` may be chosen: `client_secrets`.
    /// - Throws: `RealtimeFault`, with `param` below `session`; then nothing of the patch is in effect.
    public func applying(
        _ patch: [String: JSONValue], dialect: RealtimeDialect, isNew: Bool = false
    ) throws(RealtimeFault) -> RealtimeSession {
        var session = self
        if let type = patch["type"], type != .null {
            let text = try type.string(at: "session.type")
            guard let kind = Kind(rawValue: text) else { throw .choice("session.type", Kind.allCases.map(\.rawValue)) }
            session.kind = kind
        }
        switch (dialect, session.kind) {
        case (.ga, .realtime): try session.updateRealtime(patch, isNew)
        case (.ga, .transcription): try session.updateTranscription(patch)
        case (.beta, .realtime): try session.updateBetaRealtime(patch, isNew)
        case (.beta, .transcription): try session.updateBetaTranscription(patch)
        }
        return session
    }

    private mutating func updateRealtime(_ patch: [String: JSONValue], _ isNew: Bool) throws(RealtimeFault) {
        let members = try JSONMembers(
            patch, at: "session",
            known: [
                "type", "model", "output_modalities", "instructions", "audio", "tools", "tool_choice",
                "parallel_tool_calls", "max_output_tokens", "truncation", "tracing", "prompt", "reasoning", "include",
            ], hint: Self.hintOfGA)
        try updateModel(members, isNew)
        try updateInstructionsAndTools(members)
        try updateModelSettings(members)
        if let value = members["output_modalities"] {
            modality = value == .null ? .audio : try Modality(value, at: members.path("output_modalities"))
        }
        if members["parallel_tool_calls"] != nil { parallelToolCalls = try members.boolean("parallel_tool_calls") }
        if let value = members["max_output_tokens"] {
            maxOutputTokens = value == .null ? nil : try value.outputTokens(at: members.path("max_output_tokens"))
        }
        if let audio = try members.members("audio", known: ["input", "output"]) {
            try updateInput(audio)
            try updateOutput(audio)
        }
        include = try Self.include(members, over: include)
    }

    private mutating func updateTranscription(_ patch: [String: JSONValue]) throws(RealtimeFault) {
        let members = try JSONMembers(
            patch, at: "session", known: ["type", "audio", "include"], hint: Self.hintOfTranscription)
        if let audio = try members.members("audio", known: ["input"]) { try updateInput(audio) }
        include = try Self.include(members, over: include)
    }

    private mutating func updateInput(_ audio: JSONMembers) throws(RealtimeFault) {
        let known = ["format", "noise_reduction", "transcription", "turn_detection"]
        guard let input = try audio.members("input", known: known) else { return }
        if let value = input["format"] {
            inputFormat = value == .null ? .pcm : try Format(value, at: input.path("format"), over: inputFormat)
        }
        try updateNoiseReduction(input, "noise_reduction")
        try updateTranscriptionSettings(input, "transcription")
        try updateTurnDetection(input)
    }

    private mutating func updateOutput(_ audio: JSONMembers) throws(RealtimeFault) {
        guard let output = try audio.members("output", known: ["format", "voice", "speed"]) else { return }
        if let value = output["format"] {
            outputFormat = value == .null ? .pcm : try Format(value, at: output.path("format"), over: outputFormat)
        }
        if let value = output.value("voice") { voice = try value.voice(at: output.path("voice")) }
        try updateSpeed(output)
    }

    // MARK: Both dialects

    mutating func updateModel(_ members: JSONMembers, _ isNew: Bool) throws(RealtimeFault) {
        guard let model = try members.string("model", length: 1...256), model != self.model else { return }
        guard isNew else {
            throw .value(
                members.path("model"), "the model that the session began with",
                "Leave it out, or connect with '?model=' to choose another.")
        }
        self.model = model
    }

    mutating func updateInstructionsAndTools(_ members: JSONMembers) throws(RealtimeFault) {
        if members["instructions"] != nil { instructions = try members.string("instructions") ?? "" }
        if let value = members["tools"] {
            tools = value == .null ? [] : try RealtimeTool.reading(value, at: members.path("tools"))
        }
        if let value = members["tool_choice"] {
            toolChoice = value == .null ? .auto : try RealtimeToolChoice(value, at: members.path("tool_choice"))
        }
    }

    /// What TOM keeps and tells, and what its models may not heed.
    mutating func updateModelSettings(_ members: JSONMembers) throws(RealtimeFault) {
        if let value = members["truncation"] {
            truncation = value == .null ? "auto" : try value.truncation(at: members.path("truncation"))
        }
        if let value = members["tracing"] {
            tracing = value == .null ? .null : try value.tracing(at: members.path("tracing"))
        }
        if let value = members["prompt"] {
            prompt = value == .null ? .null : try value.prompt(at: members.path("prompt"))
        }
        if let value = members["reasoning"] {
            reasoning = value == .null ? nil : try value.reasoning(at: members.path("reasoning"))
        }
    }

    mutating func updateSpeed(_ members: JSONMembers) throws(RealtimeFault) {
        if members["speed"] != nil { speed = try members.number("speed", in: RealtimeLimits.speed) ?? 1 }
    }

    mutating func updateNoiseReduction(_ members: JSONMembers, _ name: String) throws(RealtimeFault) {
        guard members[name] != nil else { return }
        guard let settings = try members.members(name, known: ["type", "strength"]) else {
            noiseReduction = nil
            noiseReductionStrength = nil
            return
        }
        guard let kind = try settings.choice("type", as: NoiseReduction.self) ?? noiseReduction else {
            throw .missing(settings.path("type"), "Send 'near_field' or 'far_field'.")
        }
        noiseReduction = kind
        if settings["strength"] != nil {
            noiseReductionStrength = try settings.number("strength", in: 0...Double.infinity)
        }
    }

    mutating func updateTranscriptionSettings(_ members: JSONMembers, _ name: String) throws(RealtimeFault) {
        guard let value = members[name] else { return }
        transcription = value == .null ? nil : try Transcription(value, at: members.path(name), over: transcription)
    }

    mutating func updateTurnDetection(_ members: JSONMembers) throws(RealtimeFault) {
        guard let value = members["turn_detection"] else { return }
        let path = members.path("turn_detection")
        turnDetection = value == .null ? nil : try TurnDetection(value, at: path, over: turnDetection)
    }

    private static func include(_ members: JSONMembers, over current: [String]?) throws(RealtimeFault) -> [String]? {
        guard members["include"] != nil else { return current }
        guard let include = try members.strings("include") else { return nil }
        let known = "item.input_audio_transcription.logprobs"
        for (index, name) in include.enumerated() where name != known {
            throw .choice(members.path("include").element(index), [known])
        }
        return include
    }

    // MARK: Hints

    private static func hintOfGA(_ name: String) -> String? {
        if name == "temperature" { return "Only the beta has it; leave it out." }
        return RealtimeBetaName(rawValue: name).map { "It is 'session.\($0.ofGA)'; the beta's names need its header." }
    }

    private static func hintOfTranscription(_ name: String) -> String? {
        "A transcription session has 'type', 'audio.input' and 'include'."
    }
}

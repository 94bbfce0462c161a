public import TomConversation

extension RealtimeResponseParameters {
    /// Reads the `response` of `response.create`.
    ///
    /// - Throws: `RealtimeFault`, with `param` below `response`.
    public init(_ json: JSONValue, dialect: RealtimeDialect) throws(RealtimeFault) {
        let ofDialect =
            switch dialect {
            case .ga: ["output_modalities", "audio", "max_output_tokens", "parallel_tool_calls", "prompt", "reasoning"]
            case .beta: ["modalities", "voice", "output_audio_format", "max_response_output_tokens", "temperature"]
            }
        let common = ["conversation", "input", "instructions", "tools", "tool_choice", "metadata"]
        let members = try JSONMembers(json, at: "response", known: common + ofDialect)
        isOutOfBand = try members.choice("conversation", of: ["auto", "none"]) == "none"
        instructions = try members.string("instructions")
        input = try Self.input(members, dialect)
        metadata = try Self.metadata(members)
        if let value = members.value("tools") { tools = try RealtimeTool.reading(value, at: members.path("tools")) }
        if let value = members.value("tool_choice") {
            toolChoice = try RealtimeToolChoice(value, at: members.path("tool_choice"))
        }
        switch dialect {
        case .ga: try readGA(members)
        case .beta: try readBeta(members)
        }
    }

    private mutating func readGA(_ members: JSONMembers) throws(RealtimeFault) {
        if let value = members.value("output_modalities") {
            modality = try RealtimeSession.Modality(value, at: members.path("output_modalities"))
        }
        parallelToolCalls = try members.boolean("parallel_tool_calls")
        maxOutputTokens = try Self.maxOutputTokens(members, "max_output_tokens")
        if let value = members.value("prompt") { prompt = try value.prompt(at: members.path("prompt")) }
        if let value = members.value("reasoning") { reasoning = try value.reasoning(at: members.path("reasoning")) }
        let audio = try members.members("audio", known: ["output"])
        guard let output = try audio?.members("output", known: ["format", "voice"]) else { return }
        if let value = output.value("voice") { voice = try value.voice(at: output.path("voice")) }
        if let value = output.value("format") {
            outputFormat = try RealtimeSession.Format(value, at: output.path("format"), over: .pcm)
        }
    }

    private mutating func readBeta(_ members: JSONMembers) throws(RealtimeFault) {
        if let value = members.value("modalities") {
            modality = try RealtimeSession.Modality(betaValue: value, at: members.path("modalities"))
        }
        if let value = members.value("voice") { voice = try value.voice(at: members.path("voice")) }
        outputFormat = try RealtimeSession.Format(betaName: "output_audio_format", of: members)
        maxOutputTokens = try Self.maxOutputTokens(members, "max_response_output_tokens")
        _ = try members.number("temperature", in: RealtimeLimits.temperature)
    }

    private static func maxOutputTokens(
        _ members: JSONMembers, _ name: String
    ) throws(RealtimeFault) -> MaxTokens? {
        guard let value = members.value(name) else { return nil }
        guard let limit = try value.outputTokens(at: members.path(name)) else { return .unlimited }
        return .limit(limit)
    }

    private static func input(
        _ members: JSONMembers, _ dialect: RealtimeDialect
    ) throws(RealtimeFault) -> [Input]? {
        guard let elements = try members.array("input") else { return nil }
        var input: [Input] = []
        for (index, element) in elements.enumerated() {
            let path = members.path("input").element(index)
            if element["type"] == "item_reference" {
                let reference = try JSONMembers(element, at: path, known: ["type", "id"])
                input.append(.reference(try reference.requiredID("id")))
            } else {
                input.append(.item(try RealtimeItem(element, dialect: dialect, param: path)))
            }
        }
        return input
    }

    private static func metadata(_ members: JSONMembers) throws(RealtimeFault) -> [String: String]? {
        guard let values = try members.object("metadata") else { return nil }
        let path = members.path("metadata")
        guard values.count <= RealtimeLimits.metadataPairs else {
            throw .outside(
                "object_above_max_properties", path, "at most \(RealtimeLimits.metadataPairs) pairs")
        }
        var metadata: [String: String] = [:]
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            let place = path.member(name.cut)
            guard name.unicodeScalars.count <= RealtimeLimits.metadataKeyCharacters else {
                throw .outside(
                    "string_above_max_length", place,
                    "under a key of at most \(RealtimeLimits.metadataKeyCharacters) characters")
            }
            metadata[name] = try value.string(at: place, length: 0...RealtimeLimits.metadataValueCharacters)
        }
        return metadata
    }
}

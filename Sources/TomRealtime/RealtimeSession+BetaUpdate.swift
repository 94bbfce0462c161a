import TomConversation

/// The names of the beta's flat session that the GA API has elsewhere.
enum RealtimeBetaName: String, CaseIterable {
    case modalities
    case voice
    case speed
    case inputFormat = "input_audio_format"
    case outputFormat = "output_audio_format"
    case transcription = "input_audio_transcription"
    case noiseReduction = "input_audio_noise_reduction"
    case turnDetection = "turn_detection"
    case maxOutputTokens = "max_response_output_tokens"

    /// Below `session`.
    var ofGA: String {
        switch self {
        case .modalities: "output_modalities"
        case .voice: "audio.output.voice"
        case .speed: "audio.output.speed"
        case .inputFormat: "audio.input.format"
        case .outputFormat: "audio.output.format"
        case .transcription: "audio.input.transcription"
        case .noiseReduction: "audio.input.noise_reduction"
        case .turnDetection: "audio.input.turn_detection"
        case .maxOutputTokens: "max_output_tokens"
        }
    }
}

/// `session.update` and `transcription_session.update` as the beta has them. Its clients do not send `type`; the decoder
/// sets it for the second of the two.
extension RealtimeSession {
    mutating func updateBetaRealtime(_ patch: [String: JSONValue], _ isNew: Bool) throws(RealtimeFault) {
        let members = try JSONMembers(
            patch, at: "session",
            known: RealtimeBetaName.allCases.map(\.rawValue) + [
                "type", "model", "instructions", "tools", "tool_choice", "temperature", "truncation", "tracing",
                "prompt", "include", "client_secret",
            ], hint: Self.hintOfBeta)
        try updateModel(members, isNew)
        try updateInstructionsAndTools(members)
        try updateModelSettings(members)
        try updateBetaInput(members)
        try updateSpeed(members)
        if let value = members.value("voice") { voice = try value.voice(at: members.path("voice")) }
        if members["output_audio_format"] != nil {
            outputFormat = try Format(betaName: "output_audio_format", of: members) ?? .pcm
        }
        if let value = members["max_response_output_tokens"] {
            let path = members.path("max_response_output_tokens")
            maxOutputTokens = value == .null ? nil : try value.outputTokens(at: path)
        }
        if members["temperature"] != nil {
            temperature = try members.number("temperature", in: RealtimeLimits.temperature) ?? 0.8
        }
    }

    mutating func updateBetaTranscription(_ patch: [String: JSONValue]) throws(RealtimeFault) {
        let members = try JSONMembers(
            patch, at: "session",
            known: [
                "type", "modalities", "input_audio_format", "input_audio_transcription", "input_audio_noise_reduction",
                "turn_detection", "include", "client_secret",
            ], hint: Self.hintOfBeta)
        try updateBetaInput(members)
    }

    private mutating func updateBetaInput(_ members: JSONMembers) throws(RealtimeFault) {
        if let value = members["modalities"] {
            modality = value == .null ? .audio : try Modality(betaValue: value, at: members.path("modalities"))
        }
        if members["input_audio_format"] != nil {
            inputFormat = try Format(betaName: "input_audio_format", of: members) ?? .pcm
        }
        try updateNoiseReduction(members, "input_audio_noise_reduction")
        try updateTranscriptionSettings(members, "input_audio_transcription")
        try updateTurnDetection(members)
        if members["include"] != nil { include = try members.strings("include") }
    }

    private static func hintOfBeta(_ name: String) -> String? {
        switch name {
        case "audio": "The beta has 'input_audio_format' and its like; leave out 'OpenAI-Beta' for the GA names."
        case "output_modalities": "The beta's name is 'session.modalities'."
        case "max_output_tokens": "The beta's name is 'session.max_response_output_tokens'."
        default: nil
        }
    }
}

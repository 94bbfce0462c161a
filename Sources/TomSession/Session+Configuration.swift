import TomAudio
import TomConversation
import TomEngines

/// What a call's conversation is like: the server's defaults, the agent's texts, and what the call's client wants.
extension Session {
    static func conversationConfiguration(
        options: CallOptions, profile: CallProfile, engines: CallEngines, configuration: SessionConfiguration,
        settings: ClientSettings?
    ) -> Conversation.Configuration {
        var result = configuration.conversation
        result.texts = profile.texts
        result.texts.language = profile.language
        if !configuration.greets { result.texts.greeting = nil }
        result.interruption.backchannels = profile.backchannels
        result.turnDetection = options.manualTurns ? .manual : .serverVAD
        result.stages.transcribes = engines.transcriber != nil
        result.endpointing.judgesPauses = engines.turnEndJudge != nil
        result.stages.answers = engines.languageModel != nil
        result.stages.speaks = engines.synthesizer != nil
        result.stages.generatesSpeech = engines.speechModel != nil
        result.outputSamplesPerSecond = options.output.sampleRate.hertz
        settings?.apply(to: &result)
        return result
    }
}

extension ClientSettings {
    /// Lays what the client wants over what the agent's calls are like.
    func apply(to configuration: inout Conversation.Configuration) {
        configuration.lead = .client
        configuration.turnPolicy = turnPolicy
        configuration.turnPolicy.speaks = response.speaks ?? true
        configuration.texts.greeting = nil
        configuration.filler.after = nil
        configuration.idle.promptAfter = idleTimeout
        if onlyTranscribes { configuration.stages.answers = false }
        switch turnEnd {
        case .client: configuration.turnDetection = .manual
        case .silence(let ms, _):
            configuration.turnDetection = .serverVAD
            configuration.endpointing.judgesPauses = false
            configuration.endpointing.minDelay = .milliseconds(ms)
            configuration.endpointing.maxDelay = .milliseconds(ms)
        case .meaning(let maxMs):
            configuration.turnDetection = .serverVAD
            configuration.endpointing.maxDelay = max(.milliseconds(maxMs), configuration.endpointing.minDelay)
        }
    }
}

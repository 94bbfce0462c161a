/// Names one run of the language model: a response has one, and one more after each round of tools.
public struct GenerationID: Hashable, Sendable, Codable, CustomStringConvertible {
    public let response: ResponseID
    /// 0 for the first run, counted up each time the model is asked again with the tools' outputs.
    public let round: Int
    public init(response: ResponseID, round: Int) {
        self.response = response
        self.round = round
    }
    public var description: String { "\(response)/\(round)" }
}

/// What an engine is working at.
public enum EngineWork: Sendable, Equatable, Codable {
    case transcription(TurnID)
    case generation(GenerationID)
    case synthesis(SegmentID)
}

/// Why an engine gave up, as the core needs to know it.
public struct EngineFailure: Sendable, Equatable, Codable {
    /// Stable, dotted: `stt.timeout`.
    public let code: String
    public let message: String
    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

extension Conversation {
    /// What can happen to a conversation. `(Input, Instant)` pairs are a call's journal.
    public enum Input: Sendable, Equatable, Codable {
        /// The transport is ready.
        case callStarted
        /// Voice activity began. `audioMs`: its onset in the call's input audio, `agoNs`: how long before now it arrived.
        case speechStarted(audioMs: Int, agoNs: Int64)
        /// Voice activity goes on. `audioMs`: end of the last frame of speech. Needed only while `wantsSpeechProgress`.
        case speechContinued(audioMs: Int)
        /// Voice activity ended. `audioMs`: end of the last frame of speech, `agoNs`: how long before now it arrived.
        case speechStopped(audioMs: Int, agoNs: Int64)
        /// What an engine makes of the pause that began at `audioMs`: whether the turn sounds complete, 0...1 how likely.
        /// A pause that is over is none of its business.
        case pauseJudged(TurnID, audioMs: Int, complete: Bool, probability: Double)
        /// Manual turn detection: audio came and no turn is open.
        case manualAudioStarted
        /// Manual turn detection: the utterance is complete.
        case commit
        case typed(String)
        /// `0-9*#A-D`; one character.
        case key(String)

        case transcriptInterim(TurnID, text: String, turnComplete: Bool?)
        /// `text` is `nil` for speech that was not understood and empty for no speech at all.
        case transcriptFinal(TurnID, text: String?, language: String?, confidence: Double?)
        case transcriptionFailed(TurnID, EngineFailure)
        /// Another engine took over what the first one owed, and has the same time for it.
        case engineReplaced(EngineWork)

        case responseText(GenerationID, String)
        /// The model speaks by itself and made so much audio, in samples at the output rate; the words to it are
        /// `responseText`.
        case responseAudio(GenerationID, samples: Int)
        case responseTool(GenerationID, ToolCall)
        case responseMemory(GenerationID, String)
        case responseExpects(GenerationID, Expectation)
        case responseEndsCall(GenerationID)
        case responseFinished(GenerationID)
        case responseFailed(GenerationID, EngineFailure)
        /// The model broke off in the middle, and another one could begin the reply anew.
        case responseBroke(GenerationID, EngineFailure)
        case toolFinished(GenerationID, ToolOutput)

        /// The synthesiser made audio; it is queued for playout. Samples at the output rate.
        case audioGenerated(SegmentID, samples: Int)
        case synthesisFinished(SegmentID)
        case synthesisFailed(SegmentID, EngineFailure)
        /// The audio broke off in the middle, and another voice could speak the sentence anew.
        case synthesisBroke(SegmentID, EngineFailure)
        /// Audio was handed to the transport. Samples at the output rate.
        case audioSent(ResponseID, samples: Int)
        /// The far end says how much of a response was heard (a client's report, a carrier's mark).
        case playoutAdvanced(ResponseID, playedMs: Int)
        /// The client stopped its playout by itself.
        case clientInterrupted(playedMs: Int?)

        // From a client that leads the conversation; see `Lead`.

        /// What holds from here on; the lead never changes.
        case configured(Configuration)
        /// The audio of the open turn is dropped.
        case clearAudio
        case insert(Item.Content, at: Place)
        /// A turn is given as a whole: its audio follows at once, then `givenAudioEnded`. It is not answered by itself.
        case givenAudioStarted
        /// The turn that was given is complete; it lasts `ms` milliseconds.
        case givenAudioEnded(ms: Int)
        /// Of the audio of TOM's item, `audioMs` milliseconds were heard; the rest was never said.
        case truncate(ItemID, audioMs: Int)
        case delete(ItemID)
        /// A response is wanted, once the words of the turns that are over are known. `speaks`: whether with a voice; `nil`
        /// as configured.
        case respond(ResponseRequestID?, speaks: Bool?)
        /// `nil`: whichever is being given.
        case cancelResponse(ResponseID?)
        /// The client decides whether the call of a remote tool, an item on the record, is run.
        case approve(ItemID, Bool, reason: String?)

        /// The model ended before its answer did; `responseFinished` follows.
        case responseCutShort(GenerationID, Shortfall)

        /// `nextDeadline` has passed.
        case deadlineReached
        case hangUp(Termination)
    }

    /// What a conversation wants done, in order.
    public enum Action: Sendable, Equatable {
        case emit(Event)
        /// Audio of the caller goes into this transcription from `preroll` before now until it is finished or cancelled.
        case startTranscription(TurnID, Expectation)
        case finishTranscription(TurnID)
        case cancelTranscription(TurnID)
        /// The caller paused at `audioMs`: `pauseJudged` is wanted for it. What was wanted for earlier ones no longer is.
        case judgePause(TurnID, audioMs: Int)
        /// The record to answer is `history`.
        case startGeneration(GenerationID, turn: TurnID)
        case cancelGeneration(GenerationID)
        /// As `startGeneration`, for a turn that is probably over: the record to answer is `speculatedHistory`.
        case startSpeculation(GenerationID, turn: TurnID)
        /// The turn is over and the words were right: the speculation is the response from here on.
        case adoptSpeculation(GenerationID)
        /// Stops the speculation, its generation and its audio.
        case discardSpeculation(GenerationID)
        case runTool(GenerationID, ToolCall)
        case synthesize(SegmentID, text: String)
        /// Of the audio that the model made itself for this response, the piece from sample `from` on is to be played
        /// next.
        case playOwnSpeech(ResponseID, from: Int, samples: Int)
        /// The response ended with only `heardMs` of the model's own audio heard. `response` is the one its generation
        /// began as.
        case truncateOwnSpeech(ResponseID, heardMs: Int)
        /// Stops the synthesis and drops all audio of this response that is not yet sent.
        case clearPlayout(ResponseID)
        /// Drops the audio of this response that is not yet sent, its next `samples` apart, and the synthesis of what is dropped.
        case keepPlayout(ResponseID, samples: Int)
        /// The call is over: the last action of a conversation.
        case hangUp(Termination)
    }
}

public import TomConversation

/// Hears and speaks by itself: the caller's audio in, answers with their audio out.
///
/// It serves a call as two engines that belong together: a transcriber, which takes the audio of the caller's turns and
/// says their words when it knows them, perhaps after the answer has begun; and a language model, whose generations
/// report ``ResponseEvent/audio(_:rate:)`` beside the text. Who has the floor is TOM's to decide, never the model's.
public protocol SpeechModel: Sendable {
    /// The engine's name as shown on the wire, in metrics and logs (`openai-realtime`).
    var name: String { get }
    /// Begins the model's side of one call. Never blocks: it is called on the call's event loop.
    /// - Parameters:
    ///   - language: BCP 47 code of the call's language.
    ///   - tools: what the model may call; a response's request names them again, for they may change during the call.
    func open(language: String, tools: [ToolDescription]) -> any SpeechModelCall
}

/// A speech model's side of one call.
public protocol SpeechModelCall: AnyObject, Sendable {
    var transcriber: any Transcriber { get }
    var languageModel: any LanguageModel { get }
    /// Says that a response ended early: of all the audio it made, the caller heard the first `heardMs` milliseconds.
    /// Comes behind the cancellation of its generation where that was running, and ahead of the next one.
    func truncate(_ response: ResponseID, heardMs: Int)
    /// The call is over. A second call does nothing.
    func close()
}

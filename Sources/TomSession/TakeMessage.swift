import Dispatch
public import Foundation
public import Logging
import TomAudio
import TomConversation
import TomEngines
import TomErrors
public import TomStore

/// The built-in tool `take_message`: keeps what the caller left, with the caller's own voice.
///
/// The store writes and syncs, which blocks, so it works on a queue of its own; messages of all calls go through it one after
/// the other. Only when the message is on disk does the tool say so.
public struct TakeMessage: Sendable {
    private let store: MessageStore
    private let queue = DispatchQueue(label: "tom.messages")
    private let now: @Sendable () -> Date
    private let logger: Logger

    /// - Parameter now: the wall clock.
    public init(store: MessageStore, now: @escaping @Sendable () -> Date = Date.init, logger: Logger) {
        self.store = store
        self.now = now
        self.logger = logger
    }

    /// Keeps the message that `call` holds and delivers once, from a queue of its own, what came of it.
    func run(_ call: ToolCall, in context: ToolContext, deliver: @escaping @Sendable (ToolResult) -> Void) {
        queue.async { [self] in deliver(take(call, context)) }
    }

    private func take(_ call: ToolCall, _ context: ToolContext) -> ToolResult {
        var logger = self.logger
        logger[metadataKey: "call.id"] = "\(context.callID)"
        guard !isConcernLost(call, context) else {
            logger.error("message not saved", metadata: ["error.code": "session.recording_missing"])
            return ToolResult("The message could not be saved.", .failed)
        }
        do throws(StoreError) {
            let message = try store.append(draft(call, context))
            logger.info("message taken", metadata: ["message.id": "\(message.id)"])
            return ToolResult("The message is saved.", .ok)
        } catch {
            logger.error(
                "message not saved", metadata: ["error.code": "\(error.code)", "error.category": "\(error.category)"])
            return ToolResult("The message could not be saved.", .failed)
        }
    }

    private func draft(_ call: ToolCall, _ context: ToolContext) -> MessageDraft {
        let time = now()
        let milliseconds = Int64(time.timeIntervalSince1970 * 1_000)
        return MessageDraft(
            id: "m\(milliseconds)-\(UUID().uuidString.prefix(8).lowercased())", time: time, callID: context.callID,
            agent: context.agentID, name: call.arguments["name"]?.plain, number: call.arguments["number"]?.plain,
            concern: call.arguments["concern"]?.plain, confirmed: call.arguments["confirmed"]?.text != "no",
            recordings: ["name", "number", "concern"].flatMap { recordings(of: $0, call, context) })
    }

    /// Whether nothing is left of what the caller wanted to say: no words, and the recording it was spoken in is gone.
    private func isConcernLost(_ call: ToolCall, _ context: ToolContext) -> Bool {
        call.arguments["concern"] == nil && call.arguments["concern_turn"]?.text?.isEmpty == false
            && recordings(of: "concern", call, context).isEmpty
    }

    /// `<part>_turn` names the turns, separated by spaces, in which the caller said the part.
    private func recordings(
        of part: String, _ call: ToolCall, _ context: ToolContext
    ) -> [MessageDraft.RecordedPart] {
        let turns = call.arguments["\(part)_turn"]?.text?.split(separator: " ") ?? []
        return turns.compactMap { name in
            guard let turn = TurnID(wire: String(name)), let samples = context.recordings.samples(of: turn) else {
                return nil
            }
            return .init(part: part, samples: samples, rate: .hz16000)
        }
    }
}

extension JSONValue {
    /// As words: models write a number to call back as a number, too. `nil` for nothing and for lists.
    fileprivate var plain: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .bool(let value): "\(value)"
        case .null, .array, .object: nil
        }
    }
}

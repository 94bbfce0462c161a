import Dispatch
import Foundation
import TomServer
import TomStore

/// The message store as the HTTP API lists it. The store's reads block, so they run on a queue of their own.
struct TakenMessages: MessageListing {
    let store: MessageStore
    private let queue = DispatchQueue(label: "tom.messages.list")

    init(store: MessageStore) { self.store = store }

    func latestMessages(limit: Int) async throws -> [ListedMessage] {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try store.list(limit: limit).map(Self.listed) }) }
        }
    }

    private static func listed(_ message: Message) -> ListedMessage {
        var fields: [String: String] = ["agent": message.agent, "confirmed": message.confirmed ? "yes" : "no"]
        fields["name"] = message.name
        fields["number"] = message.number
        fields["concern"] = message.concern
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return ListedMessage(
            id: message.id, callID: message.callID, taken: (try? Date(message.time, strategy: style)) ?? .distantPast,
            fields: fields, audio: message.recordings.map(\.file))
    }
}

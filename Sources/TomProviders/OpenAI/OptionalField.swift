import NIOCore
import Synchronization
import TomEngines

/// A field of requests that some servers of the API do not know, and what is known about the one that is asked.
///
/// A request that is refused is repeated without the field as long as no request with it was accepted, or where the answer
/// names the field. The field is left out for good once a repeated request was accepted behind an answer that names it, or
/// behind any ``maxPairs`` times in a row: servers refuse a request now and then for other reasons, or for none.
final class OptionalField: Sendable {
    private struct State {
        var isSent = true
        /// A request with the field was accepted, so that it is not what a refusal is about.
        var wasAccepted = false
        /// The server has said, or shown, that the field is what it cannot do with.
        var isBlamed = false
        /// Requests in a row that were refused, and accepted without the field.
        var pairs = 0
    }

    static let maxPairs = 3

    private let name: String
    private let state = Mutex(State())

    /// - Parameter name: as requests write it.
    init(_ name: String) { self.name = name }

    /// Asks, and where the field may be why that failed, once more without it.
    /// - Parameters:
    ///   - codes: of the errors that it may be the reason of.
    ///   - ask: is told whether the request holds the field.
    func asking<Answer>(
        blamedFor codes: [String], _ ask: (_ holdsField: Bool) async throws(EngineError) -> Answer
    ) async throws(EngineError) -> Answer {
        try await Self.asking([self], blamedFor: codes) { (held) throws(EngineError) in try await ask(!held.isEmpty) }
    }

    /// As ``asking(blamedFor:_:)``, for several fields: those that the answer names are left out first, else the first one that
    /// no request was accepted with, one at a time.
    /// - Parameters:
    ///   - fields: those wanted, the one most likely to be unknown first.
    ///   - ask: is told which of them the request holds.
    static func asking<Answer>(
        _ fields: [OptionalField], blamedFor codes: [String],
        _ ask: (_ held: [OptionalField]) async throws(EngineError) -> Answer
    ) async throws(EngineError) -> Answer {
        var held = fields.filter(\.isSent)
        var left: [OptionalField] = []
        var suspect: OptionalField?
        while true {
            do throws(EngineError) {
                let answer = try await ask(held)
                for field in held { field.accepted() }
                for field in left where field.isBlamed || field === suspect { field.acceptedWithout() }
                return answer
            } catch {
                let blamed = held.filter(\.isBlamed)
                suspect = blamed.isEmpty ? held.first(where: \.isRepeated) : nil
                let unwanted = blamed + (suspect.map { [$0] } ?? [])
                guard codes.contains(error.code), !unwanted.isEmpty else {
                    for field in left { field.acquit() }
                    throw error
                }
                left += unwanted
                held.removeAll { field in unwanted.contains { $0 === field } }
            }
        }
    }

    /// Whether a request that was refused is to be repeated without the field.
    var isRepeated: Bool { state.withLock { $0.isBlamed || !$0.wasAccepted } }

    /// Whether requests hold the field.
    var isSent: Bool { state.withLock { $0.isSent } }

    /// The latest refusal named it.
    private var isBlamed: Bool { state.withLock { $0.isBlamed } }

    /// What was refused without the field too was not about it.
    private func acquit() { state.withLock { $0.isBlamed = false } }

    /// A request with the field was accepted.
    func accepted() { state.withLock { ($0.wasAccepted, $0.isBlamed, $0.pairs) = (true, false, 0) } }

    /// A request was refused, and accepted without the field.
    func acceptedWithout() {
        state.withLock { state in
            state.pairs += 1
            if state.isBlamed || state.pairs == Self.maxPairs { state.isSent = false }
        }
    }

    /// A request with the field was refused with `answer`, of which nothing is kept.
    func refused(_ answer: ByteBuffer) {
        if names(answer) { state.withLock { $0.isBlamed = true } }
    }

    /// A server has answered in a way that the field explains, unless it has answered well before.
    func blame() { state.withLock { if !$0.wasAccepted { $0.isBlamed = true } } }

    /// Whether the answer holds the field's name in quotes: as a word it may mean anything.
    private func names(_ answer: ByteBuffer) -> Bool {
        let text = String(decoding: answer.readableBytesView, as: UTF8.self)
        let quotes: Set<Character> = ["\"", "'", "`", "\\"]
        return text.ranges(of: name).contains { range in
            let (before, after) = (text[..<range.lowerBound].last, text[range.upperBound...].first)
            guard let before, let after else { return false }
            return quotes.contains(before) && quotes.contains(after)
        }
    }
}

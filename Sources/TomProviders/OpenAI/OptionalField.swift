import Synchronization

/// Whether requests hold a field that some servers of the API do not know: until one refuses a request only because of it.
final class OptionalField: Sendable {
    private let isSent = Atomic(true)
    func load() -> Bool { isSent.load(ordering: .relaxed) }
    func clear() { isSent.store(false, ordering: .relaxed) }
}

/// Turns that are not spoken: typed text and keys.
extension Conversation {
    mutating func typed(_ text: String, at now: Instant) {
        commit(takeTurnID(), .typed(text), latency: TurnLatency(), marks: .init(spokenAt: now), failed: false, at: now)
    }

    mutating func keyPressed(_ key: String, at now: Instant) {
        guard key.count == 1, key.allSatisfy({ "0123456789*#ABCD".contains($0) }) else { return }
        idleDeadline = nil
        let digits = (keys?.digits ?? "") + key
        keys = KeyEntry(digits: digits, until: now + configuration.endpointing.keyGap)
        if key == "#" || digits.count >= 32 { commitKeys(at: now) }
    }

    mutating func commitKeys(at now: Instant) {
        guard let entry = keys else { return }
        keys = nil
        let marks = ActiveResponse.Marks(spokenAt: now)
        commit(takeTurnID(), .keys(entry.digits), latency: TurnLatency(), marks: marks, failed: false, at: now)
    }
}

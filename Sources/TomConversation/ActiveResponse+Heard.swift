/// Which words of a response its listener has heard.
extension ActiveResponse {
    /// The words heard when `heardMs` of this id's audio have been: whole sentences, and of the one cut off the words whose
    /// share of its audio was heard.
    func heardText(heardMs: Int) -> String {
        var left = heardMs * clock.samplesPerSecond / 1_000
        var parts = heardBefore
        for segment in segments {
            guard left > 0 || segment.wasHeardBefore else { break }
            if let own = segment.own {
                parts.append(ownText(of: segment, own, left: left))
            } else if segment.state == .done, left >= segment.samples {
                parts.append(segment.text)
            } else if segment.samples > 0 {
                parts.append(Self.prefix(of: segment.text, share: share(left, of: segment)))
            }
            left -= segment.samples
        }
        return parts.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The share of a sentence's words that its first `samples` hold. While more of its audio is to come, it is what can be
    /// said in that time.
    private func share(_ samples: Int, of segment: Segment) -> Double {
        let share = Double(samples) / Double(segment.samples)
        guard segment.state != .done else { return share }
        let seconds = Double(samples) / Double(clock.samplesPerSecond)
        return min(share, seconds * Self.charactersPerSecond / Double(max(segment.text.count, 1)))
    }

    /// Everything said, for a call without a voice.
    var allText: String { (heardBefore + segments.map(\.text.trimmed)).joined(separator: " ") }

    static func prefix(of text: String, share: Double) -> String {
        let words = text.split(separator: " ")
        var budget = Double(text.count) * min(share, 1)
        var count = 0
        for word in words {
            budget -= Double(word.count + 1)
            // A word half spoken was understood.
            guard budget > -Double(word.count) / 2 else { break }
            count += 1
        }
        return words.prefix(count).joined(separator: " ")
    }
}

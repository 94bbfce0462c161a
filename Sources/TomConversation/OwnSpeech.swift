/// The audio that a model makes itself, together with its words: all of one response's, in the order in which it came.
///
/// The shell keeps the audio; the core counts it in samples at the output rate and says which of them are played when.
/// What is not heard stays there, so that a reply goes on after a false interruption without the model being asked
/// again.
struct OwnSpeech: Sendable, Equatable {
    /// Samples that have come.
    var samples = 0
    /// How far the listener came under earlier ids of the reply.
    var heardEnd = 0

    /// The audio of one segment: of what the model said in one go, up to a tool or its end.
    struct Part: Sendable, Equatable {
        /// Where it begins in all of the response's audio.
        let start: Int
        /// Samples that have come of it.
        var arrived = 0
        /// Where playing begins under the reply's present id, in samples of the part.
        var playsFrom = 0
        /// Samples of it that were heard under earlier ids.
        var heard = 0
        /// Whether all of it has come.
        var isComplete = false

        /// Samples of it that are heard when `left` of those queued under the present id are.
        func heard(_ left: Int, of queued: Int) -> Int { max(heard, playsFrom + min(max(left, 0), queued)) }
    }

    /// A reply taken up again begins so much before the point at which it was cut off, since it has no sentences to
    /// begin at.
    static let rewindMs = 600
}

extension ActiveResponse.Segment {
    var wasHeardBefore: Bool { (own?.heard ?? 0) > 0 }

    /// The segment as it is when the reply is taken up again: what of its own audio was heard, less a little, is not
    /// played a second time.
    func rewound(heard left: Int, samplesPerSecond: Int) -> Self {
        guard var own else { return self }
        let cut = own.playsFrom + min(max(left, 0), samples)
        own.heard = max(own.heard, cut)
        own.playsFrom = max(cut - OwnSpeech.rewindMs * samplesPerSecond / 1_000, 0)
        var rest = self
        rest.own = own
        return rest
    }
}

/// Responses whose audio comes with their words.
extension ActiveResponse {
    // MARK: Words and audio as they come

    /// Takes words of the model: of its own speech where it speaks itself, else sentences to be synthesised.
    mutating func appendGenerated(_ text: String) {
        guard own != nil else { return append(text) }
        textCharacters += text.count
        let position = openPart ?? addPart()
        segments[position].text += text
    }

    mutating func ownAudioArrived(_ samples: Int) {
        let position = openPart ?? addPart()
        segments[position].own?.arrived += samples
        own?.samples += samples
    }

    /// The round of the generation is over: its audio is complete. Words that came without any are left to the
    /// synthesiser.
    mutating func finishGenerated() {
        guard let position = openPart, let part = segments[position].own else { return finishText() }
        if part.arrived == 0 {
            let text = segments.remove(at: position).text
            textCharacters -= text.count
            append(text)
            finishText()
        } else {
            segments[position].own?.isComplete = true
        }
    }

    /// The part that still grows.
    private var openPart: Int? { segments.lastIndex { $0.own.map { !$0.isComplete } ?? false } }

    private mutating func addPart() -> Int {
        var segment = makeSegment("")
        segment.own = OwnSpeech.Part(start: own?.samples ?? 0)
        segments.append(segment)
        return segments.count - 1
    }

    // MARK: Playing

    /// The next piece of the model's own audio whose turn to be played has come.
    mutating func takeOwnAudio() -> (from: Int, samples: Int)? {
        while let position = segments.firstIndex(where: { $0.state == .speaking }) ?? nextWaiting,
            let part = segments[position].own
        {
            let queued = part.playsFrom + segments[position].samples
            let samples = part.arrived - queued
            if part.isComplete {
                segments[position].state = .done
            } else if samples > 0 {
                segments[position].state = .speaking
            }
            if samples > 0 {
                segments[position].samples += samples
                generatedSamples += samples
                return (part.start + queued, samples)
            }
            // More is to come of it, and nothing behind it may be played before.
            guard part.isComplete else { return nil }
        }
        return nil
    }

    // MARK: Heard

    /// How far into the model's own audio the listener has come when `heardMs` of this id's audio were heard, in
    /// samples.
    func ownHeard(heardMs: Int) -> Int {
        var left = heardMs * clock.samplesPerSecond / 1_000
        var heard = own?.heardEnd ?? 0
        for segment in segments {
            if let part = segment.own {
                let samples = part.heard(left, of: segment.samples)
                if samples > 0 { heard = max(heard, part.start + samples) }
            }
            left -= segment.samples
        }
        return heard
    }

    func ownText(of segment: Segment, _ part: OwnSpeech.Part, left: Int) -> String {
        let samples = part.heard(left, of: segment.samples)
        if part.isComplete, samples >= part.arrived { return segment.text.trimmed }
        return Self.prefix(of: segment.text.trimmed, share: ownShare(samples, of: segment.text, part))
    }

    /// The share of the words that `samples` hold. Words come ahead of their audio, so while there is more to come it
    /// is what can be said in that time.
    private func ownShare(_ samples: Int, of text: String, _ part: OwnSpeech.Part) -> Double {
        let share = Double(samples) / Double(max(part.arrived, 1))
        guard !part.isComplete else { return share }
        let seconds = Double(samples) / Double(clock.samplesPerSecond)
        return min(share, seconds * Self.charactersPerSecond / Double(max(text.count, 1)))
    }

    /// The model gave up: what has come of its audio is all there is, and of its words those that this can hold.
    mutating func breakOffOwn() {
        for position in segments.indices {
            guard let part = segments[position].own else { continue }
            if !part.isComplete {
                let share = ownShare(part.arrived, of: segments[position].text, part)
                segments[position].text = Self.prefix(of: segments[position].text.trimmed, share: share)
                segments[position].own?.isComplete = true
            }
            if segments[position].state == .speaking { segments[position].state = .done }
            // What is dropped, for none of it waits to be heard, was heard before.
            if segments[position].samples == 0, part.heard > 0 {
                heardBefore.append(ownText(of: segments[position], segments[position].own ?? part, left: 0))
                let end = max(own?.heardEnd ?? 0, part.start + part.heard)
                own?.heardEnd = end
            }
        }
    }
}

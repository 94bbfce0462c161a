import CPocketSphinx

/// Decoders that hear a turn together: one estimates the mean of the line, all of them subtract it.
///
/// Models expect features from which the mean over the utterance has been subtracted. A stream starts without one, and on a
/// quiet line the model's own is so far off that a tenth of the phrases are lost. So the turn is begun again with what has been
/// learnt of the line when enough has been heard.
final class Hearing {
    /// After so many frames of 10 ms the turn is heard again with the mean estimated from them: early, so that one word
    /// profits, and once more when the estimate is good.
    private static let adaptationFrames = [50, 110]
    /// Samples handed over at once while hearing again: 20 ms, as at first.
    private static let step = 320

    private let decoders: [Decoder]
    private let searches: (String) -> [String]
    private var search = ""
    /// The turn's audio until the last adaptation.
    private var opening: [Int16] = []
    private var adaptations = 0

    /// - Parameters:
    ///   - decoders: one or more; the first estimates the mean.
    ///   - searches: the name of each decoder's search in a turn with the given one.
    init(_ decoders: [Decoder], searches: @escaping (String) -> [String]) {
        precondition(!decoders.isEmpty, "nobody hears")
        self.decoders = decoders
        self.searches = searches
    }

    /// Begins a turn.
    /// - Returns: `false` when a decoder has no such search, or the library refuses.
    func start(_ search: String) -> Bool {
        self.search = search
        opening = []
        adaptations = 0
        return restart(mean: decoders[0].modelMean)
    }

    /// Takes more audio of the turn.
    func process(_ samples: ArraySlice<Int16>) {
        for decoder in decoders { decoder.process(samples) }
        guard adaptations < Self.adaptationFrames.count else { return }
        opening += samples
        if decoders[0].frameCount >= Self.adaptationFrames[adaptations] { adapt() }
        if adaptations == Self.adaptationFrames.count { opening = [] }
    }

    /// Ends the turn; the decoders' segments then are the whole turn's.
    func end() {
        if adaptations == 0, !opening.isEmpty { adapt() }
        for decoder in decoders { decoder.end() }
    }

    private func adapt() {
        adaptations += 1
        let mean = decoders[0].estimatedMean
        for decoder in decoders { decoder.end() }
        // The same searches were started before.
        guard restart(mean: mean) else { return }
        for start in stride(from: 0, to: opening.count, by: Self.step) {
            let samples = opening[start..<min(start + Self.step, opening.count)]
            for decoder in decoders { decoder.process(samples) }
        }
    }

    private func restart(mean: [mfcc_t]) -> Bool {
        for (index, (decoder, search)) in zip(decoders, searches(search)).enumerated() {
            guard decoder.start(search: search, mean: mean) else {
                for started in decoders[..<index] { started.end() }
                return false
            }
        }
        return true
    }
}

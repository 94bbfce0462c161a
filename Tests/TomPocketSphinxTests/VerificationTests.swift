import Testing

@testable import TomPocketSphinx

/// The measure by which a phrase that was spoken is told from speech that was forced into the grammar.
@Suite("Verification")
struct VerificationTests {
    private func segment(_ word: String, _ frames: Range<Int>, perFrame score: Int) -> Decoder.Segment {
        Decoder.Segment(word: word, frames: frames, score: score * frames.count)
    }

    @Test func aPhraseThatExplainsTheAudioAsWellAsAnySoundsDoesNotDeviate() {
        let phrase = [segment("where", 10..<40, perFrame: -50), segment("are", 40..<70, perFrame: -60)]
        let phones = [segment("ph_w", 10..<40, perFrame: -50), segment("ph_aa", 40..<70, perFrame: -60)]
        #expect(Verification.deviation(phrase: phrase, phones: phones) == 0)
    }

    @Test func oneWrongWordShowsInARightSentence() {
        let right = (0..<6).map { segment("w\($0)", $0 * 40..<$0 * 40 + 40, perFrame: -50) }
        let phones = right.enumerated().map { segment("ph_\($0)", $1.frames, perFrame: -50) }
        var wrong = right
        wrong[3] = segment("w3", right[3].frames, perFrame: -80)
        let deviation = Verification.deviation(phrase: wrong, phones: phones)
        // Half the mean over 240 frames, 30 * 40 / 240 / 2, and all of the worst 300 ms.
        #expect(deviation == 2.5 + 30)
    }

    @Test func speechThatThePhraseLeavesOutCounts() throws {
        let phrase = [segment("<sil>", 0..<60, perFrame: -90), segment("goodbye", 60..<100, perFrame: -50)]
        let phones = [segment("ph_m", 0..<60, perFrame: -50), segment("ph_g", 60..<100, perFrame: -50)]
        let whole = try #require(Verification.deviation(phrase: phrase, phones: phones))
        #expect(whole > Verification.defaultLimit)
        let quiet = [segment("<sil>", 0..<60, perFrame: -90), segment("ph_g", 60..<100, perFrame: -50)]
        #expect(Verification.deviation(phrase: phrase, phones: quiet) == 0)
    }

    @Test func withoutWordsThereIsNothingToJudge() {
        let silence = [segment("<sil>", 0..<60, perFrame: -50)]
        #expect(Verification.deviation(phrase: silence, phones: silence) == nil)
        #expect(Verification.deviation(phrase: [], phones: []) == nil)
    }
}

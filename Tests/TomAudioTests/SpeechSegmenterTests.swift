import Testing
import TomAudio

/// Judgements in, stretches of speech out.
@Suite struct SpeechSegmenterTests {
    /// `#` is a frame of speech, `.` one of silence.
    private func changes(
        _ frames: String, startMs: Int = 60, stopMs: Int = 120, frameMs: Int = 32, onsetFrames: Int = 1
    ) -> [SpeechSegmenter.Transition] {
        var segmenter = SpeechSegmenter(
            startMs: startMs, stopMs: stopMs, frameMs: frameMs, onsetFrames: onsetFrames)
        return frames.compactMap { segmenter.advance(isSpeech: $0 == "#") }
    }

    @Test func positionsAreWhereSpeechBeganAndEndedNotWhereItWasSure() {
        #expect(changes("..####....") == [.started(atMs: 64), .stopped(lastSpeechMs: 192)])
        #expect(changes("..####....", frameMs: 20) == [.started(atMs: 40)])
        #expect(changes("..####......", frameMs: 20) == [.started(atMs: 40), .stopped(lastSpeechMs: 120)])
    }

    @Test func timesAreRoundedUpToFrames() {
        #expect(changes("#.##", startMs: 33) == [.started(atMs: 64)])
        #expect(changes("#", startMs: 0) == [.started(atMs: 0)])
        #expect(changes("#.", startMs: 0, stopMs: 0) == [.started(atMs: 0), .stopped(lastSpeechMs: 32)])
    }

    @Test func aClickIsNoSpeechAndAShortGapNoPause() {
        #expect(changes("..#...#..#....") == [])
        #expect(changes("##..##..##") == [.started(atMs: 0)])
        // A lone frame late in the pause does not prolong the speech.
        #expect(changes("###..#....") == [.started(atMs: 0), .stopped(lastSpeechMs: 96)])
    }

    @Test func framesThatAJudgementStandsForCount() {
        // Two frames each: the speech began a frame before the first that is marked.
        #expect(changes("..#") == [] && changes("..#", onsetFrames: 2) == [.started(atMs: 32)])
        #expect(changes("..###....", onsetFrames: 2) == [.started(atMs: 32), .stopped(lastSpeechMs: 160)])
        // One mark late in the pause is no click.
        #expect(changes("..##..#....", onsetFrames: 2) == [.started(atMs: 32), .stopped(lastSpeechMs: 224)])
        #expect(changes("..#", startMs: 90, onsetFrames: 2) == [])
        #expect(changes("#", onsetFrames: 2) == [])
    }

    @Test func theStateSaysWhatTheTransitionsSaid() {
        var segmenter = SpeechSegmenter(startMs: 60, stopMs: 120, frameMs: 32)
        for frame in "..###." { _ = segmenter.advance(isSpeech: frame == "#") }
        #expect(segmenter.isSpeaking && segmenter.positionMs == 192 && segmenter.lastSpeechMs == 160)
    }

    @Test func moreIsAskedOfTheBeginningThanOfGoingOn() {
        let threshold = SpeechThreshold()
        #expect(!threshold.isSpeech(0.49, whileSpeaking: false) && threshold.isSpeech(0.5, whileSpeaking: false))
        #expect(!threshold.isSpeech(0.34, whileSpeaking: true) && threshold.isSpeech(0.35, whileSpeaking: true))
    }
}

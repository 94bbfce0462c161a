import Testing
import TomAudio

@Suite struct VoiceActivityDetectorTests {
    typealias Transition = VoiceActivityDetector.Transition

    /// Feeds a signal frame by frame and collects what changed.
    @discardableResult
    static func feed(_ detector: inout VoiceActivityDetector, _ signal: [Int16]) -> [Transition] {
        var transitions: [Transition] = []
        for start in stride(from: 0, to: signal.count, by: 320) {
            let frame = signal.span.extracting(start..<min(start + 320, signal.count))
            if let transition = detector.process(frame) { transitions.append(transition) }
        }
        return transitions
    }

    static func transitions(_ signal: [Int16], _ configuration: VoiceActivityDetector.Configuration = .init())
        -> [Transition]
    {
        var detector = VoiceActivityDetector(configuration)
        return feed(&detector, signal)
    }

    static func samples(_ signal: [Double]) -> [Int16] { Signals.mix(signal) }

    @Test func digitalSilenceIsNeverSpeech() {
        var detector = VoiceActivityDetector()
        #expect(Self.feed(&detector, Signals.silence(30)).isEmpty)
        #expect(!detector.isSpeaking)
        #expect(detector.positionMs == 30_000)
        #expect(detector.levelDbfs == Level.floorDbfs)
        // Nor are the last bits of a converter.
        var random = Seeded(5)
        let dither = (0..<160_000).map { _ in Int16.random(in: -2...2, using: &random) }
        #expect(Self.feed(&detector, dither).isEmpty)
        // Nor a constant offset, nor its beginning.
        #expect(Self.feed(&detector, [Int16](repeating: 9_000, count: 64_000)).isEmpty)
    }

    /// What load tests and probes call with: tones of two seconds between silences, from the first frame on, many turns
    /// long.
    @Test(arguments: [300.0, 440, 613, 1_000, 2_000]) func toneBurstsAreSpeechFromEndToEnd(hertz: Double) {
        for level in [-20.0, -30] {
            let turn = Signals.tone(hertz, dbfs: level, seconds: 2) + Signals.silence(2)
            let expected = (0..<4).flatMap {
                [Transition.started(atMs: $0 * 4_000), .stopped(lastSpeechMs: $0 * 4_000 + 2_000)]
            }
            #expect(Self.transitions((0..<4).flatMap { _ in turn }) == expected)
            // The same beginning with silence, and through a telephone's codec.
            let later = Self.transitions(Signals.silence(2) + turn)
            #expect(later == [.started(atMs: 2_000), .stopped(lastSpeechMs: 4_000)])
            let companded = (Signals.silence(1) + turn).map { G711.decode(G711.encode($0, law: .mu), law: .mu) }
            #expect(Self.transitions(companded) == [.started(atMs: 1_000), .stopped(lastSpeechMs: 3_000)])
        }
    }

    @Test func transitionsComeAfterTheConfiguredTimes() {
        let signal = Signals.silence(1) + Signals.tone(440, dbfs: -20, seconds: 1) + Signals.silence(1)
        for (startMs, stopMs) in [(20, 20), (60, 120), (61, 119), (200, 500)] {
            var detector = VoiceActivityDetector(.init(startMs: startMs, stopMs: stopMs))
            var seen: [(Transition, Int)] = []
            for start in stride(from: 0, to: signal.count, by: 320) {
                if let transition = detector.process(signal.span.extracting(start..<start + 320)) {
                    seen.append((transition, detector.positionMs))
                    #expect(detector.isSpeaking == (seen.count == 1))
                }
            }
            let roundedStart = (startMs + 19) / 20 * 20
            let roundedStop = (stopMs + 19) / 20 * 20
            #expect(seen.map(\.0) == [.started(atMs: 1_000), .stopped(lastSpeechMs: 2_000)])
            #expect(seen.map(\.1) == [1_000 + roundedStart, 2_000 + roundedStop])
        }
    }

    @Test func pausesShorterThanTheStopAreOneStretch() {
        let tone = Signals.tone(440, dbfs: -20, seconds: 0.5)
        let signal = tone + Signals.silence(0.1) + tone + Signals.silence(0.12) + tone + Signals.silence(1)
        #expect(
            Self.transitions(signal) == [
                .started(atMs: 0), .stopped(lastSpeechMs: 1_100), .started(atMs: 1_220), .stopped(lastSpeechMs: 1_720),
            ])
    }

    @Test func clicksAndKnocksAreNotSpeech() {
        var random = Seeded(8)
        var signal = Signals.silence(20)
        for second in 1..<20 {
            let start = second * 16_000 + Int.random(in: 0..<320, using: &random)
            // A single sample, a burst of 2 ms, or a knock that rings for 10 ms.
            switch second % 3 {
            case 0: signal[start] = 32_767
            case 1: for i in 0..<32 { signal[start + i] = Int16.random(in: -30_000...30_000, using: &random) }
            default: for i in 0..<160 { signal[start + i] = Int16((160 - i) * (i % 40 < 20 ? 150 : -150)) }
            }
        }
        #expect(Self.transitions(signal).isEmpty)
    }

    /// A click in the pause after speech does not put the stop off.
    @Test func clickAfterSpeechDoesNotCount() {
        var signal = Signals.silence(1) + Signals.tone(440, dbfs: -20, seconds: 1) + Signals.silence(1)
        signal[2 * 16_000 + 1_300] = 30_000
        #expect(Self.transitions(signal) == [.started(atMs: 1_000), .stopped(lastSpeechMs: 2_000)])
    }

    @Test(arguments: [50.0, 60, 100, 120]) func humIsNotSpeech(hertz: Double) {
        #expect(Self.transitions(Signals.tone(hertz, dbfs: -38, seconds: 20)).isEmpty)
        // With its odd harmonics, as a bad earth gives it.
        let harmonics = [1.0, 3, 5, 7].map {
            Signals.tone(hertz * $0, dbfs: -45 - 8 * $0, seconds: 20).map(Double.init)
        }
        #expect(Self.transitions(Signals.mix(harmonics[0], harmonics[1], harmonics[2], harmonics[3])).isEmpty)
    }

    /// Noise from the first frame on: nothing when it is moderate; when it is loud, at most one start, over within a
    /// second.
    @Test(arguments: [-55.0, -45, -40, -35, -30]) func steadyNoiseBecomesBackground(level: Double) {
        let kinds = [
            ("white", Signals.white(level, seconds: 15)), ("pink", Signals.pink(level, seconds: 15)),
            ("fan", Signals.fan(level, seconds: 15)),
        ]
        for (name, noise) in kinds {
            let transitions = Self.transitions(Self.samples(noise))
            if level <= -40 {
                #expect(transitions.isEmpty, "\(name)")
            } else if let last = transitions.last {
                #expect(transitions.count == 2, "\(name): \(transitions)")
                guard case .stopped(let at) = last else { Issue.record("\(name) stays speech"); continue }
                #expect(at <= 1_000, "\(name)")
            }
        }
    }

    @Test func fanSwitchedOnIsLearntAndSpeechStillHeard() {
        var detector = VoiceActivityDetector()
        Self.feed(&detector, Signals.silence(3))
        let fan = Signals.fan(-38, seconds: 10)
        let learning = Self.feed(&detector, Self.samples(fan))
        #expect(learning.count <= 2)
        #expect(!detector.isSpeaking)
        if case .stopped(let at)? = learning.last { #expect(at <= 3_000 + 1_000) }
        #expect(abs(detector.noiseFloorDbfs - detector.levelDbfs) < 8)
        let speech = Signals.tone(500, dbfs: -22, seconds: 1).map(Double.init) + [Double](repeating: 0, count: 16_000)
        let heard = Self.feed(&detector, Signals.mix(speech, Signals.fan(-38, seconds: 2)))
        #expect(heard == [.started(atMs: 13_000), .stopped(lastSpeechMs: 14_000)])
    }

    /// The rule for what has no pauses at all: a dial tone does not hold a turn for ever.
    @Test func soundWithoutEndBecomesBackground() {
        let transitions = Self.transitions(Signals.tone(425, dbfs: -15, seconds: 8))
        #expect(transitions.first == .started(atMs: 0))
        guard case .stopped(let at)? = transitions.last else { Issue.record("never stops"); return }
        #expect(transitions.count == 2)
        #expect((2_500...4_000).contains(at))
    }

    @Test(arguments: [-55.0, -45, -35]) func noiseFloorFollowsTheNoise(level: Double) {
        // Some of pink noise lies below the bands.
        for (noise, tolerance) in [(Signals.white(level, seconds: 10), 2.0), (Signals.pink(level, seconds: 10), 5)] {
            var detector = VoiceActivityDetector()
            Self.feed(&detector, Self.samples(noise))
            #expect(abs(Double(detector.noiseFloorDbfs) - level) < tolerance, "\(detector.noiseFloorDbfs)")
            #expect(abs(Double(detector.levelDbfs) - level) < 3)
            Self.feed(&detector, Signals.silence(1))
            #expect(detector.noiseFloorDbfs < -58, "falls at once")
        }
    }

    @Test func quietSpeechInAQuietRoomIsHeard() {
        let speech = VoiceActivityScore.scaledSpeech(Signals.babble(seconds: 20, seed: 4), dbfs: -40)
        let score = VoiceActivityScore(
            Signals.mix(speech, Signals.white(-68, seconds: 20)), labels: VoiceActivityScore.labels(speech))
        print("VAD quiet speech: \(score)")
        #expect(score.missed == 0)
        #expect(score.falseStarts == 0)
        #expect(score.recall > 75)
    }

    /// A call may begin in the middle of a word.
    @Test func speechInTheFirstFrameIsHeard() {
        let speech = VoiceActivityScore.scaledSpeech(Signals.babble(seconds: 20, seed: 6), dbfs: -25)
        let first = VoiceActivityScore.labels(speech).firstIndex(of: true)!
        let cut = Self.samples(Array(speech[((first + 4) * 320)...]))
        guard case .started(let at)? = Self.transitions(cut).first else { Issue.record("not heard"); return }
        #expect(at <= 40)
    }

    @Test func framesOfAnySizeGiveTheSame() {
        let signal = Signals.mix(
            VoiceActivityScore.scaledSpeech(Signals.babble(seconds: 10, seed: 3), dbfs: -25),
            Signals.pink(-45, seconds: 11))
        let expected = Self.transitions(signal)
        #expect(expected.count > 4)
        for size in [1, 37, 160, 319, 321, 441, 900] {
            var detector = VoiceActivityDetector()
            var transitions: [Transition] = []
            for start in stride(from: 0, to: signal.count, by: size) {
                let piece = signal.span.extracting(start..<min(start + size, signal.count))
                if let transition = detector.process(piece) { transitions.append(transition) }
            }
            #expect(transitions == expected, "pieces of \(size)")
            #expect(detector.positionMs == signal.count / 320 * 20)
        }
        // All at once, with every change reported.
        var detector = VoiceActivityDetector()
        var transitions: [Transition] = []
        detector.process(signal.span) { transitions.append($0) }
        #expect(transitions == expected)
        let nothing: [Int16] = []
        detector.process(nothing.span) { _ in Issue.record("nothing came in") }
    }

    @Test func resetForgetsEverything() {
        let signal = Signals.tone(440, dbfs: -20, seconds: 1) + Signals.silence(1)
        var detector = VoiceActivityDetector(.init(startMs: 100))
        let expected = Self.feed(&detector, signal)
        Self.feed(&detector, Array(Signals.tone(425, dbfs: -15, seconds: 5).dropLast(100)))
        detector.reset()
        #expect(detector.positionMs == 0)
        #expect(!detector.isSpeaking)
        #expect(detector.configuration.startMs == 100)
        #expect(Self.feed(&detector, signal) == expected)
    }

    @Test func extremeSamplesDoNotTrap() {
        var detector = VoiceActivityDetector()
        Self.feed(&detector, [Int16](repeating: .min, count: 3_200))
        Self.feed(&detector, (0..<3_200).map { $0 % 2 == 0 ? .min : .max })
        Self.feed(&detector, (0..<3_200).map { $0 / 16 % 2 == 0 ? .min : .max })
        #expect(detector.levelDbfs <= 0.001)
        #expect(detector.levelDbfs > -0.01)
    }
}

import Testing
import TomAudio

/// The detector on speech, clean and in noise, from eSpeak NG and from a formant generator; it prints its figures.
@Suite struct VoiceActivitySpeechTests {
    /// Speech at -23 dBFS while it lasts.
    static let formants = VoiceActivityScore.scaledSpeech(Signals.babble(seconds: 30, seed: 11), dbfs: -23)

    static let sentences = [
        "Hello, my name is Peter Miller.", "What are your opening hours on Saturday?",
        "I would like to leave a message for the doctor, please.", "Yes.", "No, thank you very much, that is all.",
        "Could you call me back on zero three zero, five five five, one two three?",
        "It is about the invoice from last week, I think there is a mistake in it.",
    ]

    struct Bounds {
        var accuracy: Double
        var meanOnsetDelayMs: Double
        var falseStartsPerMinute: Double
        var missed = 0
    }

    func check(_ name: String, _ speech: [Double], _ labels: [Bool], _ noise: [Double], _ bounds: Bounds) {
        let score = VoiceActivityScore(Signals.mix(speech, noise), labels: labels)
        print("VAD \(name): \(score)")
        #expect(score.accuracy >= bounds.accuracy, "\(name)")
        #expect(score.meanOnsetDelayMs <= bounds.meanOnsetDelayMs, "\(name)")
        #expect(score.falseStartsPerMinute <= bounds.falseStartsPerMinute, "\(name)")
        #expect(score.missed <= bounds.missed, "\(name)")
    }

    func checkAll(_ name: String, _ speech: [Double]) {
        let labels = VoiceActivityScore.labels(speech)
        let seconds = Double(speech.count) / 16_000
        check("\(name) clean", speech, labels, [], Bounds(accuracy: 95, meanOnsetDelayMs: 80, falseStartsPerMinute: 0))
        check(
            "\(name) white 20 dB", speech, labels, Signals.white(-43, seconds: seconds),
            Bounds(accuracy: 94, meanOnsetDelayMs: 100, falseStartsPerMinute: 1))
        check(
            "\(name) white 10 dB", speech, labels, Signals.white(-33, seconds: seconds),
            Bounds(accuracy: 85, meanOnsetDelayMs: 150, falseStartsPerMinute: 1))
        check(
            "\(name) pink 20 dB", speech, labels, Signals.pink(-43, seconds: seconds),
            Bounds(accuracy: 94, meanOnsetDelayMs: 100, falseStartsPerMinute: 1))
        check(
            "\(name) pink 10 dB", speech, labels, Signals.pink(-33, seconds: seconds),
            Bounds(accuracy: 85, meanOnsetDelayMs: 150, falseStartsPerMinute: 1))
        check(
            "\(name) fan 10 dB", speech, labels, Signals.fan(-33, seconds: seconds),
            Bounds(accuracy: 85, meanOnsetDelayMs: 150, falseStartsPerMinute: 1))
        check(
            "\(name) music 20 dB", speech, labels, Signals.music(-43, seconds: seconds),
            Bounds(accuracy: 80, meanOnsetDelayMs: 120, falseStartsPerMinute: 10))
    }

    @Test func formantSpeech() {
        checkAll("formants", Self.formants)
    }

    @Test(.enabled(if: ESpeak.shouldRun, "espeak-ng is not installed"), arguments: ["en-us", "de"])
    func synthesisedSpeech(voice: String) throws {
        let speech = try ESpeak.speech(Self.sentences, voice: voice)
        checkAll("espeak-ng \(voice)", VoiceActivityScore.scaledSpeech(speech, dbfs: -23))
    }

    @Test func musicAlone() {
        // A tune as loud as a caller is taken for one; the quieter it is, the less.
        for (level, active) in [(-25.0, 90.0), (-40, 75), (-50, 35)] {
            let music = Signals.mix(Signals.music(level, seconds: 30))
            let score = VoiceActivityScore(music, labels: [Bool](repeating: false, count: 1_500))
            print("VAD music alone \(Int(level)) dBFS: \(score)")
            #expect(score.active < active)
        }
    }
}

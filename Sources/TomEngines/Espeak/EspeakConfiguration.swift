import Glibc

/// How eSpeak NG is run.
public struct EspeakConfiguration: Sendable, Equatable {
    /// Absolute path of the program.
    public var executable = "/usr/bin/espeak-ng"
    /// The voice of each language that no agent's voice overrides, by BCP 47 primary language code.
    public var voices = ["en": "en-us", "de": "de"]
    /// Words a minute, 80 to 450.
    public var wordsPerMinute = 165
    /// 0 to 99.
    public var pitch = 50
    /// Processes that run at the same time, 1 or more; sentences beyond it wait in order. Twice the cores by default:
    /// a process starts in about a millisecond of its own and speaks in about ten.
    public var maximumProcesses = 2 * max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))))
    /// Sentences that wait at most, 0 or more; one more fails with `tts.busy`.
    public var maximumWaiting = 1_000
    /// From the request to the end of its audio, waiting included.
    public var timeout = Duration.seconds(10)

    public init() {}

    /// Audio of one sentence at most, in seconds: beyond it the program has gone wrong.
    static let maximumAudioSeconds = 600
}

extension EspeakConfiguration {
    /// The voice to speak with, or why it cannot be used.
    func voice(language: String, requested: String?) throws(EngineError) -> String {
        let primary = language.primaryLanguage
        let voice = requested ?? voices[primary] ?? primary
        guard Self.isName(voice) else { throw .espeakBadVoice }
        return voice
    }

    /// Whether `voice` can be a voice's name. Names reach the command line: no option (-x) and no path.
    static func isName(_ voice: String) -> Bool {
        (1...64).contains(voice.utf8.count) && voice.first != "-"
            && voice.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// Everything but the text, which goes to standard input: arguments are shown to every user of the machine by
    /// `ps`.
    /// - Parameter speed: times ``wordsPerMinute``, within what the program can.
    func arguments(voice: String, speed: Double) -> [String] {
        let pace = min(max(Int((Double(wordsPerMinute) * speed).rounded()), 80), 450)
        return ["--stdin", "--stdout", "-b", "1", "-v", voice, "-s", "\(pace)", "-p", "\(min(max(pitch, 0), 99))"]
    }
}

import Foundation
import Testing
import TomConversation
import TomTestKit

@testable import TomEngines

/// Which voice a client hears, and how fast it speaks: the real program.
@Suite("eSpeak NG: voices and speed", .timeLimit(.minutes(5)))
struct EspeakVoiceTests {
    private static let sentence = "Hello, we are open from nine to six."

    /// How much audio there is of a sentence; `nil` when it failed.
    private func samples(
        _ engine: EspeakSynthesizer = EspeakSynthesizer(), voice: String? = nil, preferred: String? = nil,
        speed: Double = 1
    ) async -> [Int16]? {
        let recorder = EspeakRecorder()
        let request = SynthesisRequest(
            segment: SegmentID(response: ResponseID(1), index: 0), text: Self.sentence, language: "en", voice: voice,
            preferredVoice: preferred, speed: speed)
        _ = engine.synthesize(request, deliver: recorder.record)
        let events = await recorder.whole()
        return events.last == .finished ? events.flatMap(\.samples) : nil
    }

    @Test func twiceTheSpeedIsHalfTheTime() async throws {
        let usual = try #require(await samples()).count
        let fast = try #require(await samples(speed: 2)).count
        let slow = try #require(await samples(speed: 0.6)).count
        #expect((0.4...0.65).contains(Double(fast) / Double(usual)), "\(fast) of \(usual)")
        #expect((1.4...1.9).contains(Double(slow) / Double(usual)), "\(slow) of \(usual)")
    }

    @Test(arguments: [
        (1.0, "165"), (2, "330"), (1.003, "165"), (1.004, "166"), (4, "450"), (0.25, "80"),
    ])
    func speedIsWordsPerMinuteWithinWhatTheProgramCan(speed: Double, pace: String) {
        let arguments = EspeakConfiguration().arguments(voice: "en-us", speed: speed)
        #expect(arguments[arguments.firstIndex(of: "-s")! + 1] == pace)
    }

    @Test(arguments: [(0.1, 0.25), (9, 4), (-1, 0.25), (1.5, 1.5)])
    func speedsAreBounded(asked: Double, kept: Double) {
        let request = SynthesisRequest(
            segment: SegmentID(response: ResponseID(1), index: 0), text: "", language: "en", voice: nil, speed: asked)
        #expect(request.speed == kept)
    }

    @Test(arguments: ["de", "German", "EN-GB", "en-gb+f3"])
    func aVoiceOfItsOwnIsPreferred(name: String) async throws {
        let engine = EspeakSynthesizer()
        let own = try #require(await samples(engine, voice: name))
        #expect(await samples(engine, voice: "en-us", preferred: name) == own)
        #expect(await samples(engine, voice: "en-us") != own)
    }

    @Test(arguments: [
        "marin", "alloy", "echo", "", "-m", "../../etc/passwd", "en us", "+f3", "mb-us1", "chr-US-Qaaa-x-west",
        String(repeating: "v", count: 65), "Grüße",
    ])
    func anotherEnginesVoiceChangesNothing(name: String) async {
        let engine = EspeakSynthesizer()
        let agents = await samples(engine, voice: "en-gb")
        #expect(agents != nil)
        for _ in 0..<2 { #expect(await samples(engine, voice: "en-gb", preferred: name) == agents) }
    }

    @Test func theProgramIsAskedOnceForItsVoicesAndOnceForEach() async throws {
        let programs = try ProgramFolder()
        let log = NSTemporaryDirectory() + "espeak-voices-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: log) }
        var configuration = EspeakConfiguration()
        configuration.executable = try programs.program(
            "echo \"$*\" >> \(log); exec /usr/bin/espeak-ng \"$@\"")
        let engine = EspeakSynthesizer(configuration: configuration)
        for name in ["de", "alloy", "de", "alloy"] { #expect(await samples(engine, preferred: name) != nil) }
        let runs = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        #expect(runs.filter { !$0.hasPrefix("--stdin") } == ["--voices", "-q -v de a"])
        #expect(runs.filter { $0.hasPrefix("--stdin") }.count == 4)
    }

    @Test func aProgramThatDoesNotListItsVoicesSpeaksInTheAgents() async throws {
        let programs = try ProgramFolder()
        var configuration = EspeakConfiguration()
        configuration.executable = try programs.program(
            "case $1 in --voices) exit 1;; esac; exec /usr/bin/espeak-ng \"$@\"")
        #expect(await samples(EspeakSynthesizer(configuration: configuration), preferred: "de") != nil)
    }

    @Test func listingsAreRead() {
        let listing = """
            Pty Language       Age/Gender VoiceName          File                 Other Languages
             2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
             5  de              --/M      German             gmw/de
             3  en-uk           --/M      english-mb-en1     mb/mb-en1            (en-gb 3)(en 2)
            nonsense
            """
        #expect(EspeakVoices.names(in: listing) == ["en-gb", "english_(great_britain)", "en", "de", "german"])
        #expect(EspeakVoices.names(in: "").isEmpty)
    }
}

import Foundation
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomTestKit

@testable import TomSession

/// A session whose engine hears and speaks by itself.
@Suite("Speech model calls")
struct SpeechModelTests {
    /// 20 words of 300 ms each at 24 kHz, delivered at once; their samples rise, so that what was played can be told.
    private static func say(_ generation: ScriptedLanguageModel.Generation, words: Int = 20) {
        generation.deliver(.memory("m"))
        for word in 0..<words {
            generation.deliver(.text((word == 0 ? "" : " ") + "w\(word)"))
            generation.deliver(.audio([Int16](repeating: Int16(1_000 + word * 100), count: 7_200), rate: .hz24000))
        }
        generation.deliver(.finished)
    }

    private func call(
        hearing: ScriptedTranscriber = .hearing("hello"), output: AudioFormat = .wideband, words: Int = 20,
        configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws -> (SessionCall, ScriptedSpeechModel) {
        let model = ScriptedSpeechModel(
            transcriber: hearing, model: ScriptedLanguageModel { Self.say($0, words: words) })
        let call = try SessionCall(
            synthesizer: ScriptedSynthesizer.making(ramp(160)), speech: model, output: output, configure: configure)
        return (call, model)
    }

    private func samples(_ call: SessionCall) -> [Int16] { PCM16.decode(call.link.audio()) }

    @Test func theModelsAudioIsPlayedAtTheCallsRate() throws {
        for output in [AudioFormat.wideband, .init(codec: .pcm16, sampleRate: .hz8000)] {
            let (call, model) = try call(output: output, words: 5)
            call.speak(800)
            call.stayQuiet(3_000)
            let rate = output.sampleRate.hertz
            let got = samples(call)
            #expect(got.count == 5 * 300 * rate / 1_000)
            // In the middle of every word.
            for word in 0..<5 {
                let sample = Int(got[(word * 300 + 150) * rate / 1_000])
                #expect(abs(sample - (1_000 + word * 100)) < 10, "word \(word)")
            }
            #expect(call.turnEnds == [.completed] && model.language == "en")
            #expect(model.truncations.isEmpty)
            let heard = try #require(model.scriptedTranscriber.started.last)
            #expect(heard.isFinished && heard.samples.count > 800 * 16)
            call.hangUp()
            #expect(model.isClosed)
        }
    }

    @Test func theModelIsToldWhatWasHeard() throws {
        let (call, model) = try call()
        call.speak(800)
        call.stayQuiet(2_000)
        call.speak(1_200)
        call.stayQuiet(1_500)
        let told = try #require(model.truncations.first)
        let cut = call.link.events.compactMap { if case .bargeIn(let id, let ms, _) = $0 { (id, ms) } else { nil } }
        #expect(model.truncations.count == 1 && cut.map(\.1).first == told.1 && cut.map(\.0).first == told.0)
        #expect((500...3_000).contains(told.1))
        #expect(call.turnEnds.first == .interrupted)
        #expect(model.scriptedModel.started.count == 2)
        let history = try #require(model.scriptedModel.started.last).request.history
        #expect(
            history.contains { if case .reply(_, interrupted: true) = $0.content { $0.memory == "m" } else { false } })
    }

    @Test func aNoiseLetsTheKeptAudioGoOn() throws {
        let turns = ScriptedTranscriber(onFinish: { task in
            task.deliver(.final(Transcript(text: task.request.turn == TurnID(1) ? "hello" : "")))
        })
        let (call, model) = try call(hearing: turns)
        call.speak(800)
        call.stayQuiet(2_000)
        call.speak(500)
        call.stayQuiet(9_000)
        #expect(call.turnEnds == [.completed] && model.truncations.isEmpty)
        let responses = call.link.frames.reduce(into: [ResponseID]()) {
            if $0.last != $1.response { $0.append($1.response) }
        }
        try #require(responses.count == 2)
        let first = PCM16.decode(call.link.audio(of: responses[0]))
        let second = PCM16.decode(call.link.audio(of: responses[1]))
        // From a little before the cut to the end, and the end is whole.
        #expect(second.count > 20 * 4_800 - first.count && second.count < 20 * 4_800)
        #expect(abs(Int(second[second.count - 2_400]) - 2_900) < 10)
    }

    @Test func aCallReplaysToTheSameActions() throws {
        let directory = NSTemporaryDirectory() + "tom-journal-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (call, _) = try call { $0.journalDirectory = directory }
        call.speak(800)
        call.stayQuiet(2_000)
        call.speak(1_200)
        call.stayQuiet(2_000)
        call.receive(.bargeIn(playedMs: nil))
        let journal = try #require((call.session as? Session)?.assumeIsolated { $0.journal })
        call.hangUp()
        journal.drain()
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: directory).first)
        var replayed: [String] = []
        try JournalReplay(contentsOf: directory + "/" + name).run { _, _, actions in
            for case .emit(let event) in actions { replayed.append("\(event)") }
        }
        let said = call.link.events.filter { if case .responseAudioStarted = $0 { false } else { true } }
        #expect(replayed == said.map { "\($0)" } && replayed.contains { $0.hasPrefix("bargeIn") })
    }

    @Test func audioOfAGenerationThatIsGoneIsDropped() throws {
        let model = ScriptedSpeechModel(transcriber: .hearing("hello"), model: ScriptedLanguageModel())
        let call = try SessionCall(synthesizer: ScriptedSynthesizer.making(ramp(160)), speech: model)
        call.receive(.text("one"))
        let old = try #require(model.scriptedModel.started.last)
        call.receive(.text("two"))
        old.deliver(.audio([Int16](repeating: 1, count: 24_000), rate: .hz24000), .finished)
        call.stayQuiet(200)
        #expect(call.link.frames.isEmpty && old.isCancelled)
        #expect(model.truncations.map(\.1) == [0])
    }
}

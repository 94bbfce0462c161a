import Foundation
import Synchronization
import TomAudio
import TomConversation
import TomEngines
import TomErrors

/// Makes what the scripted caller says: recordings, or sentences spoken by eSpeak NG.
///
/// eSpeak NG is GPL-3 and runs as a process of its own; it is never linked.
public enum CallerVoice {
    /// What is said when nothing else is asked for: two questions the English receptionist answers.
    public static let standardSentences = ["What are your opening hours?", "Where are you located?"]

    /// Reads a WAV file.
    /// - Throws: ``ProbeError`` `probe.bad_audio` when it cannot be read, holds no speech or is longer than a minute.
    public static func recording(path: String) throws(ProbeError) -> Utterance {
        let name = URL(fileURLWithPath: path).lastPathComponent
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ProbeError(
                code: "probe.bad_audio", message: "the recording \(path) cannot be read.",
                hint: "Check the path and that this user may read it.", category: .invalidRequest)
        }
        return try utterance(name: name, wav: [UInt8](data))
    }

    /// Speaks a sentence.
    /// - Parameters:
    ///   - language: BCP 47 code; `en` speaks American English, which the local recogniser's model is made for.
    ///   - program: absolute path of eSpeak NG.
    /// - Throws: ``ProbeError`` `probe.no_voice` when eSpeak NG cannot be run.
    public static func sentence(
        _ text: String, language: String, program: String
    ) async throws(ProbeError) -> Utterance {
        var configuration = EspeakConfiguration()
        configuration.executable = program
        configuration.wordsPerMinute = 150
        let synthesizer = EspeakSynthesizer(configuration: configuration)
        let request = SynthesisRequest(
            segment: SegmentID(response: ResponseID(1), index: 0), text: text, language: language, voice: nil)
        let spoken = Mutex(Spoken())
        // The task lives as long as its owner, which is this frame: it is not let go before the end.
        var task: (any EngineTask)?
        let outcome: Result<Void, EngineError> = await withCheckedContinuation { continuation in
            task = synthesizer.synthesize(request) { event in
                switch event {
                case .audio(let samples, let rate): spoken.withLock { $0.append(samples, rate: rate) }
                case .failedOver: break
                case .finished: continuation.resume(returning: .success(()))
                case .failed(let error): continuation.resume(returning: .failure(error))
                case .broke(let failover): continuation.resume(returning: .failure(failover.error))
                }
            }
        }
        withExtendedLifetime(task) {}
        if case .failure(let error) = outcome { throw noVoice(error) }
        let audio = spoken.withLock { $0 }
        return try Utterance(name: text, samples: audio.samples, rate: audio.rate)
    }

    /// Audio that came so far.
    private struct Spoken {
        var samples: [Int16] = []
        var rate = SampleRate.hz22050

        mutating func append(_ more: [Int16], rate: SampleRate) {
            samples += more
            self.rate = rate
        }
    }

    private static func utterance(name: String, wav: [UInt8]) throws(ProbeError) -> Utterance {
        let (samples, rate): ([Int16], SampleRate)
        do {
            (samples, rate) = try WAV.read(wav)
        } catch {
            throw ProbeError(
                code: "probe.bad_audio", message: "the recording “\(name)” cannot be used: \(error.message)",
                hint: error.hint, category: .invalidRequest)
        }
        return try Utterance(name: name, samples: samples, rate: rate)
    }

    private static func noVoice(_ error: EngineError) -> ProbeError {
        ProbeError(
            code: "probe.no_voice", message: "eSpeak NG cannot speak the caller's sentences: \(error.message)",
            hint: "Install it (apt-get install espeak-ng), set ESPEAK_PATH, or give recordings with --wav.",
            category: error.category)
    }
}

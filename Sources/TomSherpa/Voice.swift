import CSherpaOnnx
import TomAudio
import TomEngines
import TomErrors

/// A voice that has been loaded. Many threads may speak with it at once.
///
/// Unchecked, because the handle does not change and the library guards what its runs share.
final class Voice: @unchecked Sendable {
    let model: VoiceModel
    private let library: SherpaLibrary
    private let handle: UnsafeRawPointer

    /// Loads the voice, which takes a second for a large one.
    /// - Throws: `tts.model_unusable`.
    init(_ library: SherpaLibrary, _ model: VoiceModel) throws(EngineError) {
        let strings = CStrings()
        var config = tom_sherpa_voice_config()
        // Sentences are what is done in parallel, not the steps of one.
        config.num_threads = 1
        config.provider = strings("cpu")
        // Audio comes after every part of a sentence that ends like one.
        config.max_num_sentences = 1
        config.silence_scale = 0.2
        switch model.kind {
        case .vits(let lexicon):
            config.vits_model = strings(model.model)
            config.vits_tokens = strings(model.tokens)
            if let lexicon { config.vits_lexicon = strings(lexicon) }
            (config.vits_noise_scale, config.vits_noise_scale_w, config.vits_length_scale) = (0.667, 0.8, 1)
        case .kokoro(let voices, let lexicons):
            config.kokoro_model = strings(model.model)
            config.kokoro_voices = strings(voices)
            config.kokoro_tokens = strings(model.tokens)
            if let lexicons { config.kokoro_lexicon = strings(lexicons) }
            config.kokoro_length_scale = 1
        }
        guard let handle = library.voiceCreate(&config) else {
            throw .modelUnusable(.tts, model.model, "sherpa-onnx does not take it.")
        }
        self.library = library
        self.model = model
        self.handle = handle
        withExtendedLifetime(strings) {}
    }

    deinit { library.voiceDestroy(handle) }

    /// Says `words`; blocks until all is said.
    /// - Parameters:
    ///   - speed: as a multiple of the voice's own pace.
    ///   - take: given the audio as it is made, `false` to stop.
    /// - Throws: `tts.bad_audio`.
    func say(
        _ words: SpokenWords, speaker: Int, speed: Double = 1, take: @escaping ([Int16]) -> Bool
    ) throws(EngineError) {
        let run = Run(take)
        let audio = generate(words, speaker, Float(speed), run)
        defer { if let audio { library.audioDestroy(audio) } }
        if run.isStopped { return }
        if let failure = run.failure { throw .sherpaBadAudio(failure) }
        guard run.samples > 0 else { throw .sherpaBadAudio("it has no samples") }
        if let rate = audio?.pointee.sample_rate, rate != model.rate.hertz {
            throw .sherpaBadAudio("its rate is \(rate) Hz, where the model says \(model.rate.hertz)")
        }
    }

    private func generate(
        _ words: SpokenWords, _ speaker: Int, _ speed: Float, _ run: Run
    ) -> UnsafePointer<tom_sherpa_audio>? {
        var generation = tom_sherpa_generation()
        generation.silence_scale = 0.2
        generation.speed = speed
        generation.speaker = Int32(clamping: speaker)
        let argument = Unmanaged.passUnretained(run).toOpaque()
        func start(_ text: String) -> UnsafePointer<tom_sherpa_audio>? {
            library.voiceGenerate(
                handle, text, &generation,
                { samples, count, _, argument in
                    guard let argument else { return 0 }
                    let run = Unmanaged<Run>.fromOpaque(argument).takeUnretainedValue()
                    return run.receive(UnsafeBufferPointer(start: samples, count: Int(max(0, count)))) ? 1 : 0
                }, argument)
        }
        switch words {
        case .text(let text): return start(text)
        case .phonemes(let sentences):
            let counts = sentences.map { Int32($0.count) }
            return sentences.flatMap(\.self).withUnsafeBufferPointer { phonemes in
                counts.withUnsafeBufferPointer { counts in
                    generation.phonemes = phonemes.baseAddress
                    generation.phoneme_counts = counts.baseAddress
                    generation.sentences = Int32(counts.count)
                    return start("")
                }
            }
        }
    }

    /// Says a word, and looks whether `speaker` exists.
    /// - Throws: `tts.speaker`, `tts.bad_audio`, and what ``Speller`` throws.
    func check(_ speller: Speller, speaker: Int) throws(EngineError) {
        guard (0..<model.speakers).contains(speaker) else {
            throw EngineError(
                code: "tts.speaker",
                message: "\(model.model) has the speakers 0 to \(model.speakers - 1), not \(speaker).",
                hint: "Set TTS_SHERPA_SPEAKER to one of these.", category: .invalidRequest)
        }
        let words = try speller.words("OK. Okay, 10.", until: .now + .seconds(10))
        try say(words, speaker: speaker) { _ in true }
    }

    /// What one run has made so far. Used by the thread that runs.
    private final class Run {
        private let take: ([Int16]) -> Bool
        private(set) var samples = 0
        private(set) var failure: String?
        private(set) var isStopped = false

        init(_ take: @escaping ([Int16]) -> Bool) { self.take = take }

        /// - Returns: whether to go on.
        func receive(_ audio: UnsafeBufferPointer<Float>) -> Bool {
            guard !isStopped, failure == nil else { return false }
            guard !audio.isEmpty else { return true }
            guard audio.allSatisfy(\.isFinite) else {
                failure = "a sample is no number"
                return false
            }
            samples += audio.count
            isStopped = !take(audio.map { Int16(max(-32_768, min(32_767, $0 * 32_768))) })
            return !isStopped
        }
    }
}

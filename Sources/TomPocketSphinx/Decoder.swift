import CPocketSphinx
import TomEngines

/// One PocketSphinx decoder with its named searches. Used by one thread at a time; no state of one utterance reaches
/// the next.
final class Decoder {
    private let handle: OpaquePointer
    /// The cepstral mean that the model starts from.
    let modelMean: [mfcc_t]
    /// Frames for which ``modelMean`` counts beside those heard when the mean is estimated.
    private static let priorFrames: Int32 = 60

    /// A run of frames that the decoder takes for one word.
    struct Segment: Equatable {
        let word: String
        /// Frames of 10 ms, counted within the utterance.
        let frames: Range<Int>
        /// Logarithm of the acoustic likelihood, in the library's units; comparable between decoders of one model.
        let score: Int
    }

    /// - Parameter options: names and values of the library's options, beyond model and dictionary.
    /// - Throws: `stt.model_unusable`, `stt.temporary_file`.
    init(modelPath: String, dictionary: PronunciationDictionary, options: [String: String]) throws(EngineError) {
        // Where the library's messages go is a setting of the process: nowhere, because they quote what callers say.
        err_set_logfp(nil)
        handle = try dictionary.withFile { (path) throws(EngineError) in
            var arguments = ["tom", "-hmm", modelPath, "-dict", path, "-lw", "6.5", "-silprob", "0.3"]
            for (name, value) in options { arguments += [name, value] }
            // `cmd_ln_init` is variadic, which Swift cannot call. The parser copies what it keeps.
            var argv = arguments.map { strdup($0) }
            defer { for argument in argv { free(argument) } }
            guard let config = cmd_ln_parse_r(nil, ps_args(), CInt(argv.count), &argv, 1) else {
                throw .modelUnusable(path: modelPath)
            }
            defer { cmd_ln_free_r(config) }
            guard let handle = ps_init(config) else { throw .modelUnusable(path: modelPath) }
            return handle
        }
        let features = ps_get_feat(handle).pointee
        modelMean = Array(
            UnsafeBufferPointer(start: features.cmn_struct.pointee.cmn_mean, count: Int(features.cepsize)))
    }

    deinit { ps_free(handle) }

    /// Prepares a grammar under `name`.
    /// - Throws: `stt.grammar_unusable`.
    func add(jsgf: String, name: String) throws(EngineError) {
        guard ps_set_jsgf_string(handle, name, jsgf) == 0 else { throw .grammarUnusable(name) }
    }

    /// Prepares a loop over all words of `words` under `name`, each at `probability`.
    /// - Throws: `stt.grammar_unusable`.
    func add(loopOver words: [String], probability: Double, name: String) throws(EngineError) {
        let logarithms = ps_get_logmath(handle)
        guard let loop = fsg_model_init(name, logarithms, 6.5, 2) else { throw .grammarUnusable(name) }
        loop.pointee.start_state = 0
        loop.pointee.final_state = 1
        let cost = Int32(Double(logmath_log(logarithms, probability)) * 6.5)
        for word in words {
            let number = fsg_model_word_add(loop, word)
            fsg_model_trans_add(loop, 0, 1, cost, number)
            fsg_model_trans_add(loop, 1, 1, cost, number)
        }
        // The search keeps a reference of its own.
        defer { fsg_model_free(loop) }
        guard ps_set_fsg(handle, name, loop) == 0 else { throw .grammarUnusable(name) }
    }

    /// Begins an utterance.
    ///
    /// The library would go on with the mean of the utterances before, by which one caller's microphone would change
    /// how the next caller is heard.
    /// - Parameter mean: cepstral mean to subtract, ``modelMean`` or what ``estimatedMean`` gave.
    /// - Returns: whether there is a search of that name.
    func start(search: String, mean: [mfcc_t]) -> Bool {
        guard ps_set_search(handle, search) == 0, let normalisation = ps_get_feat(handle).pointee.cmn_struct else {
            return false
        }
        mean.withUnsafeBufferPointer { cmn_live_set(normalisation, $0.baseAddress) }
        for index in mean.indices { normalisation.pointee.sum[index] = modelMean[index] * mfcc_t(Self.priorFrames) }
        normalisation.pointee.nframe = Self.priorFrames
        // Forgets the noise that the front end has learnt.
        ps_start_stream(handle)
        return ps_start_utt(handle) == 0
    }

    /// The mean of what was heard since the start, drawn towards the model's where that is little.
    var estimatedMean: [mfcc_t] {
        guard let normalisation = ps_get_feat(handle).pointee.cmn_struct?.pointee, normalisation.nframe > 0 else {
            return modelMean
        }
        return modelMean.indices.map { normalisation.sum[$0] / mfcc_t(normalisation.nframe) }
    }

    /// Frames of 10 ms heard since the start.
    var frameCount: Int { Int(ps_get_n_frames(handle)) }

    func process(_ samples: ArraySlice<Int16>) {
        samples.withUnsafeBufferPointer { _ = ps_process_raw(handle, $0.baseAddress, $0.count, 0, 0) }
    }

    func end() { ps_end_utt(handle) }

    /// The best path so far, silence included; empty when there is none.
    var segments: [Segment] {
        var segments: [Segment] = []
        var iterator = ps_seg_iter(handle)
        while let current = iterator {
            var (first, last, score) = (CInt(0), CInt(0), Int32(0))
            ps_seg_frames(current, &first, &last)
            _ = ps_seg_prob(current, &score, nil, nil)
            let word = ps_seg_word(current).map { String(cString: $0) } ?? ""
            // Transitions without a word take no time.
            if word != "(NULL)", first >= 0, last >= first {
                segments.append(Segment(word: word, frames: Int(first)..<Int(last) + 1, score: Int(score)))
            }
            iterator = ps_seg_next(current)
        }
        return segments
    }
}

extension Decoder.Segment {
    /// Whether this is silence or noise.
    var isFiller: Bool { word.hasPrefix("<") || word.hasPrefix("[") }
    /// The word without the number of its pronunciation, `are(2)`.
    var spelling: String { String(word.prefix { $0 != "(" }) }
}

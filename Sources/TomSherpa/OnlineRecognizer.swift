import CSherpaOnnx
import TomEngines

/// A streaming model that has been loaded. Many threads may decode with it at once, each its own streams: its sessions
/// of ONNX Runtime are made for that, and sherpa-onnx's own server does so.
///
/// Unchecked, because the handle does not change.
final class OnlineRecognizer: @unchecked Sendable {
    let library: SherpaLibrary
    private let handle: UnsafeRawPointer

    /// The audio of one turn on its way through the model. Used by one thread at a time.
    final class Stream {
        fileprivate let handle: UnsafeRawPointer
        private let recognizer: OnlineRecognizer

        init?(_ recognizer: OnlineRecognizer) {
            guard let handle = recognizer.library.onlineStream(recognizer.handle) else { return nil }
            self.handle = handle
            self.recognizer = recognizer
        }

        deinit { recognizer.library.onlineStreamDestroy(handle) }

        /// Takes PCM at 16 kHz.
        func accept(_ samples: [Int16]) {
            let floats = samples.map { Float($0) / 32_768 }
            floats.withUnsafeBufferPointer {
                recognizer.library.onlineAccept(handle, 16_000, $0.baseAddress, Int32($0.count))
            }
        }

        /// Says that no more audio comes. The silence lets the last words through, for which models wait.
        func finish() {
            accept([Int16](repeating: 0, count: Self.tailSamples))
            recognizer.library.onlineInputFinished(handle)
        }

        /// Whether there is enough audio for another step.
        var isReady: Bool { recognizer.library.onlineReady(recognizer.handle, handle) != 0 }

        /// The words so far.
        var text: String? {
            guard let result = recognizer.library.onlineResult(recognizer.handle, handle) else { return nil }
            defer { recognizer.library.onlineResultDestroy(result) }
            return result.pointee.text.map { String(cString: $0) } ?? ""
        }

        /// 660 ms: the longest look-ahead of the models that are published.
        private static let tailSamples = 10_560
    }

    /// Loads the model, which takes seconds for a large one.
    /// - Throws: `stt.model_unusable`.
    init(_ library: SherpaLibrary, _ model: SpeechModel) throws(EngineError) {
        let strings = CStrings()
        var config = tom_sherpa_online_config()
        config.features = tom_sherpa_features(sample_rate: 16_000, dimension: 80)
        config.tokens = strings(model.tokens)
        // Calls are what is done in parallel, not the steps of one.
        config.num_threads = 1
        config.provider = strings("cpu")
        config.decoding_method = strings("greedy_search")
        config.max_active_paths = 4
        switch model.kind {
        case .transducer(let encoder, let decoder, let joiner):
            config.transducer_encoder = strings(encoder)
            config.transducer_decoder = strings(decoder)
            config.transducer_joiner = strings(joiner)
        case .zipformerCTC(let file): config.zipformer2_ctc = strings(file)
        case .whisper, .moonshine, .moonshineMerged: preconditionFailure("\(model.kindName) does not stream")
        }
        guard let handle = library.onlineCreate(&config) else {
            throw .modelUnusable(.stt, model.folder, "sherpa-onnx does not take it.")
        }
        self.library = library
        self.handle = handle
        withExtendedLifetime(strings) {}
    }

    deinit { library.onlineDestroy(handle) }

    /// Takes one step with each of `streams`, together; all must be ready.
    func decode(_ streams: [Stream]) {
        var handles = streams.map { Optional($0.handle) }
        library.onlineDecode(handle, &handles, Int32(handles.count))
    }
}

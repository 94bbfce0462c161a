import Foundation
public import TomEngines

/// One load of a model and one piece of work with it, in a process that may be lost.
///
/// sherpa-onnx calls `exit` over a model it does not like, and ONNX Runtime throws C++ exceptions that nothing here can
/// catch. Files are looked at before (``OnnxFile``), but not all can be foreseen, so a model goes through this before
/// the server loads it: what ends that process is an error of the engine, not the end of all calls.
public enum SherpaTrial: Sendable, Codable, Equatable {
    case transcriber(SherpaTranscriberConfiguration)
    case synthesizer(SherpaSynthesizerConfiguration)
    case detector(SherpaDetectorConfiguration)

    /// What the process of a trial writes last when all is well.
    public static let success = "tom: the trial succeeded"

    /// How a process is started that calls ``perform()``.
    public struct Program: Sendable, Equatable {
        public var executable: String
        /// What comes before the trial as JSON.
        public var arguments: [String]
        /// How long it may take; a large model on a slow disk takes a minute.
        public var timeout = Duration.seconds(180)

        public init(executable: String, arguments: [String]) {
            self.executable = executable
            self.arguments = arguments
        }
    }

    /// Reads a trial from the argument that ``Program`` passes.
    public init?(argument: String) {
        guard let trial = try? JSONDecoder().decode(SherpaTrial.self, from: Data(argument.utf8)) else { return nil }
        self = trial
    }

    /// Does the trial in this process, which it may end.
    /// - Throws: what the engine would.
    public func perform() throws(EngineError) {
        switch self {
        case .transcriber(let configuration):
            let model = try SpeechModel(folder: configuration.model)
            let library = try SherpaLibrary(path: configuration.library, stage: .stt)
            guard try hears(model, library) else { throw .sherpaDecoding }
        case .synthesizer(let configuration):
            let model = try VoiceModel(path: configuration.voice)
            let library = try SherpaLibrary(path: configuration.library, stage: .tts)
            let voice = try Voice(library, model)
            try voice.check(Speller(model, configuration), speaker: configuration.speaker)
        case .detector(let configuration):
            let model = try ActivityModel(path: configuration.model)
            let library = try SherpaLibrary(path: configuration.library, stage: .vad)
            let detectors = try ActivityDetectors(ActivityDetector.Source(library, model, configuration))
            guard judges(detectors, frameSamples: model.frameSamples) else {
                throw .modelUnusable(.vad, model.path, "sherpa-onnx does not take it.")
            }
        }
    }

    /// Two seconds of noise and silence.
    private var samples: [Int16] {
        var state: UInt32 = 1
        let noise = (0..<16_000).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int16(truncatingIfNeeded: state >> 20) / 4
        }
        return noise + [Int16](repeating: 0, count: 16_000)
    }

    /// Whether the model judges, for one call and the next, without ending the process.
    private func judges(_ detectors: ActivityDetectors, frameSamples: Int) -> Bool {
        let floats = samples.map { Float($0) / 32_768 }
        for _ in 0..<2 {
            guard let detector = detectors.take() else { return false }
            for start in stride(from: 0, through: floats.count - frameSamples, by: frameSamples) {
                _ = detector.isSpeech(Array(floats[start..<start + frameSamples]))
            }
            detectors.giveBack(detector)
        }
        return true
    }

    /// Whether the model decodes without ending the process.
    private func hears(_ model: SpeechModel, _ library: SherpaLibrary) throws(EngineError) -> Bool {
        let samples = samples
        guard model.isStreaming else {
            let recognizer = try OfflineRecognizer(library, model, threads: 1)
            return recognizer.transcribe(samples[...], language: model.languages.first ?? "") != nil
        }
        let recognizer = try OnlineRecognizer(library, model)
        guard let stream = OnlineRecognizer.Stream(recognizer), let other = OnlineRecognizer.Stream(recognizer) else {
            return false
        }
        // Two at once, because the model must take a batch.
        for stream in [stream, other] {
            stream.accept(samples)
            stream.finish()
        }
        while stream.isReady, other.isReady { recognizer.decode([stream, other]) }
        return stream.text != nil
    }
}

extension SherpaTrial.Program {
    /// Runs `trial` and waits for its end.
    /// - Throws: `<stage>.model_unusable` with what the process wrote last, when it ends in any other way than well.
    func run(
        _ trial: SherpaTrial, stage: SherpaStage, model: String, library: SherpaLibrary
    ) throws(EngineError) {
        guard let data = try? JSONEncoder().encode(trial.using(library.path)) else { return }
        let argument = String(decoding: data, as: UTF8.self)
        switch ChildProcess.spawn(executable: executable, arguments: arguments + [argument]) {
        case .failure(let failure):
            throw .trialFailed(stage, model, "\(executable) does not start (errno \(failure.code)).")
        case .success(var process):
            process.closeInput()
            let deadline = ContinuousClock.now + timeout
            let output = TrialOutput(text: ChildOutput.read(process, atMost: 4_096, until: deadline))
            let exit = process.reap(until: deadline)
            if let reason = output.reason(exit) { throw .trialFailed(stage, model, reason) }
        }
    }
}

extension SherpaTrial {
    /// The same with the library that was found: the process does not search again.
    func using(_ library: String) -> SherpaTrial {
        switch self {
        case .transcriber(var configuration):
            configuration.library = library
            return .transcriber(configuration)
        case .synthesizer(var configuration):
            configuration.library = library
            return .synthesizer(configuration)
        case .detector(var configuration):
            configuration.library = library
            return .detector(configuration)
        }
    }
}

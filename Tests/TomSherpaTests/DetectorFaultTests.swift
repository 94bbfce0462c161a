import Foundation
import Testing
import TomEngines

@testable import TomSherpa

/// Whatever is wrong with library or model of a detector is an error; this process goes on.
@Suite("faults around sherpa-onnx's voice activity detector", .serialized, .timeLimit(.minutes(5)))
struct DetectorFaultTests {
    private func error(_ model: String, library: String? = ToneFiles.library) async -> EngineError? {
        let configuration = SherpaDetectorConfiguration(library: library, model: model)
        do throws(EngineError) {
            _ = try await SherpaDetector(configuration: configuration, trial: ToneFiles.trial)
            return nil
        } catch {
            return error
        }
    }

    @Test func whatIsWellLoadsThroughATrial() async throws {
        _ = try #require(Tones.shared, "run Tests/Sherpa/prepare.sh")
        for (model, name) in zip(ToneFiles.detectors, ["Silero VAD v5", "Silero VAD v4", "TEN VAD"]) {
            let configuration = SherpaDetectorConfiguration(library: ToneFiles.library, model: ToneFiles.model(model))
            let detector = try await SherpaDetector(configuration: configuration, trial: ToneFiles.trial)
            #expect(detector.name == "sherpa-onnx")
            #expect(detector.summary.contains("\(name), model \(ToneFiles.model(model))"))
        }
    }

    @Test func aLibraryThatIsMissingOrOfAnotherReleaseIsNamed() async {
        let model = ToneFiles.model("vad/silero_vad.onnx")
        let missing = await error(model, library: "/nonexistent/libsherpa-onnx-c-api.so")
        #expect(missing?.code == "vad.library_missing" && missing?.hint?.contains("SHERPA_ONNX_LIBRARY") == true)
        let other = await error(model, library: ToneFiles.folder + "libother-release.so")
        #expect(other?.code == "vad.library_version" && other?.message.contains("1.13.0") == true)
    }

    @Test func modelsThatAreNotThereOrOthersAreNamed() async {
        let missing = await error("/nonexistent/silero_vad.onnx")
        #expect(missing?.code == "vad.model_missing" && missing?.hint?.contains("VAD_MODEL") == true)
        // A folder, a voice, a recogniser, a list of tokens.
        #expect(await error(ToneFiles.model("vad"))?.code == "vad.model_missing")
        for file in ["piper/model.onnx", "ctc/model.onnx", "ctc/tokens.txt"] {
            #expect(await error(ToneFiles.model(file))?.code == "vad.model_unusable", "\(file)")
        }
    }

    /// Each of these would end the process that loads it.
    @Test(arguments: ToneFiles.detectors) func aFileThatIsCutOffOrNamedOtherwiseIsRefused(
        _ model: String
    ) async throws {
        try await ToneFiles.withCopy(of: "vad") { copy in
            let url = URL(filePath: copy + "/" + (model as NSString).lastPathComponent)
            let whole = try Data(contentsOf: url)
            for size in [0, 1, whole.count / 2, whole.count - 1] {
                try whole.prefix(size).write(to: url)
                #expect(await error(url.path)?.code == "vad.model_unusable", "\(size) bytes")
            }
            let names =
                model.contains("ten")
                ? [("ten-vad", "ten-vax"), ("inv_stddev", "inv_stddex"), ("window", "windox")]
                : [("input", "inpux"), ("output", "outpux")]
            for (name, other) in names {
                try whole.replacing(Data(name.utf8), with: Data(other.utf8)).write(to: url)
                #expect(await error(url.path)?.code == "vad.model_unusable", "\(name)")
            }
        }
    }

    /// Only the trial can find these: the files are whole, and what is in them is wrong.
    @Test(arguments: ToneFiles.detectors) func aModelThatEndsTheProcessEndsTheTrialOnly(_ model: String) async throws {
        try await ToneFiles.withCopy(of: "vad") { copy in
            let url = URL(filePath: copy + "/" + (model as NSString).lastPathComponent)
            try Data(contentsOf: url).replacing(Data("Sigmoid".utf8), with: Data("Sigmoix".utf8)).write(to: url)
            let found = await error(url.path)
            #expect(found?.code == "vad.model_unusable" && found?.message.contains("trial") == true)
        }
    }

    @Test func numbersOfTENAreCounted() async throws {
        try await ToneFiles.withCopy(of: "vad") { copy in
            let url = URL(filePath: copy + "/ten-vad.onnx")
            // A comma less, of the same length.
            try Data(contentsOf: url).replacing(Data("0,0,0".utf8), with: Data("0,000".utf8), maxReplacements: 1)
                .write(to: url)
            #expect(await error(url.path)?.message.contains("“mean”") == true)
        }
    }
}

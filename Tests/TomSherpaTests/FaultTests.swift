import Foundation
import Testing
import TomEngines

@testable import TomSherpa

/// Whatever is wrong with library, model or voice is an error; this process goes on.
@Suite("faults around sherpa-onnx", .serialized, .timeLimit(.minutes(5)))
struct FaultTests {
    private func transcriberError(_ model: String, library: String? = ToneFiles.library) async -> EngineError? {
        let configuration = SherpaTranscriberConfiguration(library: library, model: model)
        do throws(EngineError) {
            _ = try await SherpaTranscriber(configuration: configuration, trial: ToneFiles.trial)
            return nil
        } catch {
            return error
        }
    }

    private func voiceError(_ voice: String, library: String? = ToneFiles.library) async -> EngineError? {
        let configuration = SherpaSynthesizerConfiguration(library: library, voice: voice)
        do throws(EngineError) {
            _ = try await SherpaSynthesizer(configuration: configuration, trial: ToneFiles.trial)
            return nil
        } catch {
            return error
        }
    }

    @Test func whatIsWellLoadsThroughATrial() async throws {
        _ = try #require(Tones.shared, "run Tests/Sherpa/prepare.sh")
        for model in ["ctc", "transducer", "whisper", "moonshine"] {
            #expect(await transcriberError(ToneFiles.model(model)) == nil)
        }
        for voice in ["characters", "piper", "kokoro", "piper/model.onnx"] {
            #expect(await voiceError(ToneFiles.model(voice)) == nil)
        }
    }

    @Test func aLibraryThatIsMissingOrNoneIsNamed() async throws {
        let text = NSTemporaryDirectory() + "tom-no-library-" + UUID().uuidString
        try Data("no library".utf8).write(to: URL(filePath: text))
        defer { try? FileManager.default.removeItem(atPath: text) }
        for path in ["/nonexistent/libsherpa-onnx-c-api.so", text] {
            let error = await transcriberError(ToneFiles.model("ctc"), library: path)
            #expect(error?.code == "stt.library_missing" && error?.message.contains(path) == true)
            #expect(error?.hint?.contains("SHERPA_ONNX_LIBRARY") == true)
            #expect(await voiceError(ToneFiles.model("characters"), library: path)?.code == "tts.library_missing")
        }
    }

    @Test func aLibraryOfAnotherReleaseIsRefused() async {
        let error = await transcriberError(ToneFiles.model("ctc"), library: ToneFiles.folder + "libother-release.so")
        #expect(error?.code == "stt.library_version" && error?.message.contains("1.13.0") == true)
        let other = await voiceError(ToneFiles.model("piper"), library: ToneFiles.folder + "libother-release.so")
        #expect(other?.code == "tts.library_version")
    }

    @Test func modelsThatAreNotThereAreNamed() async {
        #expect(await transcriberError("/nonexistent")?.code == "stt.model_missing")
        #expect(await voiceError("/nonexistent")?.code == "tts.model_missing")
        #expect(await voiceError("/nonexistent/voice.onnx")?.code == "tts.model_missing")
        #expect(await transcriberError(NSTemporaryDirectory())?.code == "stt.model_unusable")
        // A voice is no recogniser, and the other way round.
        #expect(await transcriberError(ToneFiles.model("piper"))?.code == "stt.model_unusable")
        #expect(await voiceError(ToneFiles.model("ctc"))?.code == "tts.model_unusable")
    }

    @Test(arguments: ["ctc", "transducer", "whisper", "moonshine"])
    func everyFileOfAModelMayBeCutOff(_ model: String) async throws {
        for file in try FileManager.default.contentsOfDirectory(atPath: ToneFiles.model(model)) {
            try await ToneFiles.withCopy(of: model) { copy in
                let url = URL(filePath: copy + "/" + file)
                let whole = try Data(contentsOf: url)
                for size in [0, 1, whole.count / 2] where file.hasSuffix(".onnx") {
                    try whole.prefix(size).write(to: url)
                    #expect(await transcriberError(copy)?.code == "stt.model_unusable", "\(file) of \(size) bytes")
                }
                try Data("x\n".utf8).write(to: url)
                #expect(await transcriberError(copy)?.code == "stt.model_unusable", "\(file) of text")
            }
        }
    }

    /// Only the trial can find these: the files are whole, and what is in them is wrong.
    @Test(arguments: ["ctc", "transducer", "whisper", "moonshine"])
    func aModelThatEndsTheProcessEndsTheTrialOnly(_ model: String) async throws {
        for file in try FileManager.default.contentsOfDirectory(atPath: ToneFiles.model(model)) {
            guard file.hasSuffix(".onnx") else { continue }
            try await ToneFiles.withCopy(of: model) { copy in
                let url = URL(filePath: copy + "/" + file)
                // The graph's operators become unknown ones; lengths stay.
                let broken = try Data(contentsOf: url).replacing(Data("Gather".utf8), with: Data("Gathex".utf8))
                    .replacing(Data("Transpose".utf8), with: Data("Transposx".utf8))
                    .replacing(Data("Add".utf8), with: Data("Adx".utf8))
                    .replacing(Data("ReduceMax".utf8), with: Data("ReduceMbx".utf8))
                try broken.write(to: url)
                let error = await transcriberError(copy)
                #expect(error?.code == "stt.model_unusable" && error?.message.contains("trial") == true, "\(file)")
            }
        }
    }

    @Test func voicesThatEndTheProcessEndTheTrialOnly() async throws {
        for voice in ["characters", "piper", "kokoro"] {
            try await ToneFiles.withCopy(of: voice) { copy in
                try Data("a b c 1\n".utf8).write(to: URL(filePath: copy + "/tokens.txt"))
                #expect(await voiceError(copy)?.code == "tts.model_unusable", "\(voice)")
            }
            try await ToneFiles.withCopy(of: voice) { copy in
                let url = URL(filePath: copy + "/model.onnx")
                try Data(contentsOf: url).replacing(Data("Sin".utf8), with: Data("Sxn".utf8)).write(to: url)
                #expect(await voiceError(copy)?.code == "tts.model_unusable", "\(voice)")
            }
        }
        try await ToneFiles.withCopy(of: "kokoro") { copy in
            try Data([1, 2, 3]).write(to: URL(filePath: copy + "/voices.bin"))
            #expect(await voiceError(copy)?.message.contains("voices.bin") == true)
        }
    }

    @Test func aPlainVoiceOfPiperIsPointedToPiper() async throws {
        try await ToneFiles.withCopy(of: "moonshine") { copy in
            let model = copy + "/cached_decode.onnx"
            try Data("{}".utf8).write(to: URL(filePath: model + ".json"))
            #expect(await voiceError(model)?.hint?.contains("TTS_ENGINE=piper") == true)
        }
    }

    @Test func aTrialThatCannotBeRunIsAnError() async {
        let configuration = SherpaTranscriberConfiguration(library: ToneFiles.library, model: ToneFiles.model("ctc"))
        for (program, reason) in [
            ("/nonexistent", "does not start"), ("/bin/false", "status 1"), ("/bin/true", "status 0"),
        ] {
            let trial = SherpaTrial.Program(executable: program, arguments: [])
            let error = await #expect(throws: EngineError.self) {
                try await SherpaTranscriber(configuration: configuration, trial: trial)
            }
            #expect(error?.message.contains(reason) == true)
        }
        var hanging = SherpaTrial.Program(executable: "/bin/sh", arguments: ["-c", "sleep 600"])
        hanging.timeout = .milliseconds(50)
        let trial = hanging
        let error = await #expect(throws: EngineError.self) {
            try await SherpaTranscriber(configuration: configuration, trial: trial)
        }
        #expect(error?.message.contains("did not end in time") == true)
    }
}

import Foundation
import Testing
import TomEngines
import TomErrors

@testable import TomOnnx

@Suite("ONNX Runtime", .enabled(if: OnnxFiles.arePrepared, "Tests/OnnxModels/prepare.sh has not run"))
struct OnnxRuntimeTests {
    @Test func theLibraryIsLoaded() throws {
        let runtime = try OnnxFiles.runtime()
        #expect(runtime.path == OnnxFiles.path("libonnxruntime.so"))
        #expect(runtime.version.split(separator: ".").count == 3)
    }

    @Test func aMissingLibrarySaysHowToGetIt() throws {
        for stage in ["vad", "turn_end"] {
            let error = #expect(throws: EngineError.self) {
                try OnnxRuntime(path: "/nowhere/libonnxruntime.so", stage: stage)
            }
            #expect(error?.code == "\(stage).library_missing")
            #expect(error?.message.contains("/nowhere/libonnxruntime.so") == true)
            #expect(error?.hint?.contains("ONNXRUNTIME_LIBRARY") == true)
        }
    }

    @Test func theUsualPlacesAreNamedWhenNoneHasIt() {
        // Where the system has one, it is found.
        do throws(EngineError) {
            _ = try OnnxRuntime(path: nil, stage: "vad")
        } catch {
            #expect(error.code == "vad.library_missing")
            #expect(OnnxRuntime.usualPlaces.allSatisfy(error.message.contains))
        }
    }

    @Test func aFileThatIsNoLibraryAndALibraryThatIsAnotherAreRefused() throws {
        for path in [
            OnnxFiles.path("vad_garbage.onnx"), OnnxFiles.path("vad_empty.onnx"), "/lib/x86_64-linux-gnu/libm.so.6",
        ] {
            guard FileManager.default.fileExists(atPath: path) else { continue }
            let error = #expect(throws: EngineError.self) { try OnnxRuntime(path: path, stage: "vad") }
            #expect(error?.code == "vad.library_unusable", "\(path)")
        }
    }

    @Test func aSearchNamesTheFileThatIsThereAndDoesNotLoad() throws {
        let garbage = OnnxFiles.path("vad_garbage.onnx")
        let error = #expect(throws: EngineError.self) {
            try OnnxRuntime(places: ["libtom-nowhere.so", garbage, "/nowhere/libonnxruntime.so"], stage: "turn_end")
        }
        #expect(error?.code == "turn_end.library_unusable" && error?.message.contains(garbage) == true)
    }

    @Test func aMissingModelIsNamed() throws {
        let runtime = try OnnxFiles.runtime()
        for path in ["/nowhere/silero_vad.onnx", OnnxFiles.directory] {
            let error = #expect(throws: EngineError.self) {
                try SileroDetector(modelPath: path, runtime: runtime)
            }
            #expect(error?.code == "vad.model_missing")
            #expect(error?.hint?.contains("VAD_MODEL") == true)
        }
    }

    @Test(arguments: [
        "vad_empty.onnx", "vad_garbage.onnx", "vad_torn.onnx", "vad_wrong_width.onnx", "vad_stateless.onnx",
        "vad_no_probability.onnx", "turn.onnx",
    ])
    func aModelThatIsNotSileroIsRefused(name: String) throws {
        let error = #expect(throws: EngineError.self) { try OnnxFiles.detector(name) }
        #expect(error?.code == "vad.model_unusable")
        #expect(error?.message.contains(name) == true)
        #expect(error?.description.contains("\n") == false)
    }
}

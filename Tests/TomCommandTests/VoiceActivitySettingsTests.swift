import Testing
import TomEngines

@testable import tom

/// What tells when a caller speaks and when a turn is over: its settings, and what the doctor says of them.
@Suite struct VoiceActivitySettingsTests {
    private func resolve(_ environment: [String: String]) -> ResolvedSettings {
        SettingSources(environment: environment).resolve()
    }

    @Test func theBuiltInDetectorNeedsNothing() async throws {
        let engines = try Settings(resolve([:])).engines
        let settings = engines.voiceActivity
        #expect(settings.detector == .builtIn && settings.smartTurnModel == nil && settings.onnxRuntimeLibrary == nil)
        #expect(await VoiceActivityChecks(engines: engines).findings().map(\.status) == [.ok, .ok])
        let models = try await ListeningModels(engines)
        #expect(models.speechDetector == nil && models.turnEndJudge == nil)
    }

    @Test func theModelsAreTypedAndTheirThresholdsShares() throws {
        let settings = try Settings(
            resolve([
                "VAD": "silero", "VAD_MODEL": "/m/silero.onnx", "VAD_THRESHOLD_PERCENT": "60",
                "TURN_END": "smart-turn", "TURN_END_MODEL": "/m/turn.onnx", "TURN_END_THRESHOLD_PERCENT": "70",
                "ONNXRUNTIME_LIBRARY": "/l/libonnxruntime.so",
            ])
        ).engines.voiceActivity
        #expect(settings.detector == .silero("/m/silero.onnx") && settings.threshold == 0.6)
        #expect(settings.smartTurnModel == "/m/turn.onnx" && settings.smartTurnThreshold == 0.7)
        #expect(settings.onnxRuntimeLibrary == "/l/libonnxruntime.so")
    }

    @Test(arguments: ["sherpa-onnx", "sherpa"]) func theDetectorOfSherpaHasTwoNames(_ name: String) throws {
        let settings = try Settings(resolve(["VAD": name, "VAD_MODEL": "/m/ten-vad.onnx"])).engines.voiceActivity
        #expect(settings.detector == .sherpa("/m/ten-vad.onnx") && settings.threshold == 0.5)
        let error = #expect(throws: SettingsError.self) { try Settings(resolve(["VAD": name])) }
        #expect(error?.problems.map(\.reason) == ["is not set, and VAD=\(name) needs it"])
    }

    @Test func aModelThatIsNotSetIsAskedFor() {
        let error = #expect(throws: SettingsError.self) {
            try Settings(resolve(["VAD": "silero", "TURN_END": "smart-turn"]))
        }
        #expect(error?.problems.map(\.key) == ["VAD_MODEL", "TURN_END_MODEL"])
        #expect(error?.problems.first?.reason == "is not set, and VAD=silero needs it")
        #expect(error?.problems.allSatisfy { !$0.fix.isEmpty } == true)
    }

    @Test(arguments: [
        ("VAD", "webrtc"), ("VAD_THRESHOLD_PERCENT", "5"), ("TURN_END", "on"), ("TURN_END_THRESHOLD_PERCENT", "100"),
    ])
    func valuesOutOfBoundsAreRefused(key: String, value: String) {
        let error = #expect(throws: SettingsError.self) { try Settings(resolve([key: value])) }
        #expect(error?.problems.map(\.key) == [key])
    }

    @Test func theDoctorAndTheStartNameWhatIsMissing() async throws {
        let engines = try Settings(
            resolve([
                "VAD": "silero", "VAD_MODEL": "/nowhere/silero.onnx", "TURN_END": "smart-turn",
                "TURN_END_MODEL": "/nowhere/turn.onnx", "ONNXRUNTIME_LIBRARY": "/nowhere/libonnxruntime.so",
            ])
        ).engines
        let found = await VoiceActivityChecks(engines: engines).findings()
        #expect(found.map(\.check) == ["vad", "turn_end"])
        #expect(found.map(\.code) == ["vad.library_missing", "turn_end.library_missing"])
        #expect(found.allSatisfy { $0.status == .failed && $0.detail.contains("/nowhere/libonnxruntime.so") })
        #expect(found.allSatisfy { $0.fix?.contains("ONNXRUNTIME_LIBRARY") == true })
        let error = await #expect(throws: EngineError.self) { try await ListeningModels(engines) }
        #expect(error?.code == "vad.library_missing")
    }

    @Test func theDoctorAndTheStartNameAMissingModelOfSherpa() async throws {
        let engines = try Settings(resolve(["VAD": "sherpa", "VAD_MODEL": "/nowhere/silero.onnx"])).engines
        let found = try #require(await VoiceActivityChecks(engines: engines).findings().first)
        #expect(found.status == .failed && found.detail.contains("/nowhere/silero.onnx"))
        #expect(found.fix?.contains("VAD_MODEL") == true)
        let error = await #expect(throws: EngineError.self) { try await ListeningModels(engines) }
        #expect(error?.code == "vad.model_missing")
    }
}

import Testing
import TomEngines

@testable import tom

/// What tells when a caller speaks and when a turn is over: its settings, and what the doctor says of them.
@Suite struct VoiceActivitySettingsTests {
    private func resolve(_ environment: [String: String]) -> ResolvedSettings {
        SettingSources(environment: environment).resolve()
    }

    @Test func theBuiltInDetectorNeedsNothing() throws {
        let settings = try Settings(resolve([:])).engines.voiceActivity
        #expect(settings.sileroModel == nil && settings.smartTurnModel == nil && settings.onnxRuntimeLibrary == nil)
        #expect(VoiceActivityChecks(settings: settings).findings().map(\.status) == [.ok, .ok])
        let engines = try OnnxEngines(settings)
        #expect(engines.speechDetector == nil && engines.turnEndJudge == nil)
    }

    @Test func theModelsAreTypedAndTheirThresholdsShares() throws {
        let settings = try Settings(
            resolve([
                "VAD": "silero", "VAD_MODEL": "/m/silero.onnx", "VAD_THRESHOLD_PERCENT": "60",
                "TURN_END": "smart-turn", "TURN_END_MODEL": "/m/turn.onnx", "TURN_END_THRESHOLD_PERCENT": "70",
                "ONNXRUNTIME_LIBRARY": "/l/libonnxruntime.so",
            ])
        ).engines.voiceActivity
        #expect(settings.sileroModel == "/m/silero.onnx" && settings.sileroThreshold == 0.6)
        #expect(settings.smartTurnModel == "/m/turn.onnx" && settings.smartTurnThreshold == 0.7)
        #expect(settings.onnxRuntimeLibrary == "/l/libonnxruntime.so")
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

    @Test func theDoctorAndTheStartNameWhatIsMissing() throws {
        let settings = Settings.VoiceActivity(
            sileroModel: "/nowhere/silero.onnx", sileroThreshold: 0.5, smartTurnModel: "/nowhere/turn.onnx",
            smartTurnThreshold: 0.5, onnxRuntimeLibrary: "/nowhere/libonnxruntime.so")
        let found = VoiceActivityChecks(settings: settings).findings()
        #expect(found.map(\.check) == ["vad", "turn_end"])
        #expect(found.allSatisfy { $0.status == .failed && $0.detail.contains("/nowhere/libonnxruntime.so") })
        #expect(found.allSatisfy { $0.fix?.contains("ONNXRUNTIME_LIBRARY") == true })
        let error = #expect(throws: EngineError.self) { try OnnxEngines(settings) }
        #expect(error?.code == "vad.library_missing")
    }
}

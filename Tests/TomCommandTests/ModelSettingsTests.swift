import Foundation
import Testing

@testable import tom

/// Models that settings name as `tom models` does.
@Suite struct ModelSettingsTests {
    /// A MODELS_DIR with the models `anna` (tts), `zip` (stt), `silero` (vad), `turn` (turn) and `torn` (vad), which is not whole.
    private final class Directory: Sendable {
        let path = NSTemporaryDirectory() + "tom-model-settings-\(UUID().uuidString)"

        init() throws {
            let models = [
                ("anna", "tts", ["CARD", "anna.onnx", "anna.onnx.json"]), ("zip", "stt", ["model.onnx", "tokens.txt"]),
                ("silero", "vad", ["silero_vad.onnx"]), ("turn", "turn", ["smart.onnx"]), ("torn", "vad", ["a.onnx"]),
            ]
            let hash = String(repeating: "0", count: 64)
            var entries: [String] = []
            for (name, kind, files) in models {
                let list = files.map { #"{"name":"\#($0)","sha256":"\#(hash)","size":1}"# }.joined(separator: ",")
                entries.append(#"{"name":"\#(name)","kind":"\#(kind)","licence":"MIT","files":[\#(list)]}"#)
                for file in files where name != "torn" { try write("\(name)/\(file)") }
            }
            try write("manifest.json", #"{"manifest":1,"models":[\#(entries.joined(separator: ","))]}"#)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ name: String, _ text: String = "x") throws {
            let url = URL(filePath: "\(path)/\(name)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
    }

    private let directory: Directory

    init() throws { directory = try Directory() }

    private func resolved(_ environment: [String: String]) -> ResolvedSettings {
        SettingSources(environment: environment.merging(["MODELS_DIR": directory.path]) { $1 }).resolve()
    }

    private func engines(_ environment: [String: String]) throws -> Settings.Engines {
        try Settings(resolved(environment).findingModels()).engines
    }

    private func problems(_ environment: [String: String]) -> [SettingProblem] {
        do {
            _ = try engines(environment)
            return []
        } catch { return (error as? SettingsError)?.problems ?? [] }
    }

    private static let piper = ["REALTIME_TTS": "provider", "TTS_ENGINE": "piper", "TTS_PIPER_PATH": "/p"]
    private static let sherpa = [
        "REALTIME_STT": "provider", "STT_ENGINE": "sherpa", "REALTIME_TTS": "provider", "TTS_ENGINE": "sherpa",
    ]

    private func piper(_ more: [String: String]) throws -> Settings.Piper? {
        try engines(Self.piper.merging(more) { $1 }).speech.piper
    }

    private func voice(_ path: String) -> Settings.Piper { .program(path: "/p", voice: path, processes: 2) }

    @Test func everySettingOfAModelTakesItsName() throws {
        let activity = try engines([
            "VAD": "silero", "VAD_MODEL": "silero", "TURN_END": "smart-turn", "TURN_END_MODEL": "turn",
        ]).voiceActivity
        #expect(activity.detector == .silero(directory.path + "/silero/silero_vad.onnx"))
        let other = try engines(["VAD": "sherpa", "VAD_MODEL": "silero"]).voiceActivity
        #expect(other.detector == .sherpa(directory.path + "/silero/silero_vad.onnx"))
        #expect(activity.smartTurnModel == directory.path + "/turn/smart.onnx")
        let sherpa = try engines(Self.sherpa.merging(["STT_MODEL": "zip", "TTS_MODEL": "anna"]) { $1 }).sherpa
        #expect(sherpa.sttModel == directory.path + "/zip" && sherpa.ttsModel == directory.path + "/anna")
        for key in ["TTS_VOICE", "TTS_PIPER_VOICE"] {
            #expect(try piper([key: "anna"]) == voice(directory.path + "/anna/anna.onnx"))
        }
    }

    @Test func aPathStaysAPath() throws {
        for path in ["/m/a", "./anna", "anna.onnx", directory.path] {
            #expect(try engines(["VAD": "silero", "VAD_MODEL": path]).voiceActivity.detector == .silero(path))
            let sherpa = Self.sherpa.merging(["STT_MODEL": path, "TTS_VOICE": "/v/a.onnx"]) { $1 }
            #expect(try engines(sherpa).sherpa.sttModel == path)
        }
    }

    @Test func voicesAsPiperDownloadsThemAreFoundToo() throws {
        try directory.write("amy.onnx")
        #expect(try piper(["TTS_VOICE": "amy"]) == voice(directory.path + "/amy.onnx"))
        try directory.write("voices/berta.onnx")
        let own = ["TTS_PIPER_DATA_DIR": directory.path + "/voices"]
        #expect(
            try piper(own.merging(["TTS_VOICE": "berta"]) { $1 }) == voice(directory.path + "/voices/berta.onnx"))
        #expect(
            try piper(own.merging(["TTS_VOICE": "anna"]) { $1 }) == voice(directory.path + "/anna/anna.onnx"))
        let missing = problems(Self.piper.merging(own) { $1 }.merging(["TTS_VOICE": "amy"]) { $1 })
        #expect(missing.map(\.key) == ["TTS_VOICE"] && missing[0].reason.contains(directory.path + "/voices has none"))
    }

    @Test func aNameThatIsNotThereIsAProblemThatSaysWhatIs() throws {
        let found = problems(["VAD": "silero", "VAD_MODEL": "cobalt"])
        #expect(found.map(\.key) == ["VAD_MODEL"] && found[0].source == "environment")
        #expect(found[0].reason == "“cobalt” is no path, and there is no model cobalt in \(directory.path)")
        #expect(found[0].fix.hasPrefix("Of kind vad there is: silero, torn. `tom models list`"))
        #expect(problems(["VAD": "silero", "VAD_MODEL": "anna"]).first?.reason.contains("kind tts, not vad") == true)
        #expect(problems(["VAD": "silero", "VAD_MODEL": "torn"]).first?.fix.contains("tom models add torn") == true)
        let all = problems(Self.sherpa.merging(["STT_MODEL": "x", "TTS_MODEL": "x"]) { $1 })
        #expect(all.map(\.key) == ["STT_MODEL", "TTS_MODEL"], "each told of once, and all at once")
        #expect(problems(Self.piper.merging(["TTS_PIPER_VOICE": "x"]) { $1 }).map(\.key) == ["TTS_PIPER_VOICE"])
    }

    @Test func aModelThatNothingAsksForNeedNotBeThere() throws {
        #expect(problems(["VAD_MODEL": "x", "STT_MODEL": "x", "TTS_MODEL": "x", "TTS_VOICE": "x"]).isEmpty)
        let server = [
            "REALTIME_TTS": "provider", "TTS_ENGINE": "piper", "TTS_PIPER_URL": "http://a:1", "TTS_VOICE": "x",
        ]
        #expect(try engines(server).speech.piper == .server(url: "http://a:1", setting: "TTS_PIPER_URL", voice: "x"))
    }

    /// `tom models add` must run with the settings that name what it adds.
    @Test func commandsThatUseNoModelLeaveNamesAlone() throws {
        let settings = try Settings(resolved(["VAD": "silero", "VAD_MODEL": "cobalt"]))
        #expect(settings.engines.voiceActivity.detector == .silero("cobalt"))
    }

    @Test func aManifestThatCannotBeReadIsSaid() throws {
        try directory.write("manifest.json", "{")
        let found = problems(["VAD": "silero", "VAD_MODEL": "silero"])
        #expect(found.first?.reason.contains("manifest is not usable") == true)
        #expect(problems(["VAD": "silero", "VAD_MODEL": "/m/silero.onnx"]).isEmpty)
    }
}

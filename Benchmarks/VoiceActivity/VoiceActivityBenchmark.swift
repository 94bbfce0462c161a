import Foundation
import TomAudio
import TomEngines
import TomOnnx
import TomSherpa

/// Compares the built-in detector with Silero, on ONNX Runtime and in sherpa-onnx, on labelled audio, and measures
/// smart-turn: one JSON line a figure.
/// `Benchmarks/vad.sh` makes the audio and holds the figures against `thresholds.json`.
@main
struct VoiceActivityBenchmark {
    private struct Manifest: Decodable {
        struct Condition: Decodable {
            var name: String
            var file: String
        }
        struct Turn: Decodable {
            var file: String
            var complete: Bool
        }
        var labels: String
        var conditions: [Condition]
        var turns: [Turn]
    }

    private let directory: String
    private let manifest: Manifest
    private let silero: SileroDetector
    private let sherpa: SherpaDetector
    private let smartTurn: SmartTurnJudge

    static func main() async throws {
        let arguments = CommandLine.arguments
        if arguments.count == 3, arguments[1] == trial, let trial = SherpaTrial(argument: arguments[2]) {
            try trial.perform()
            return print(SherpaTrial.success)
        }
        guard arguments.count == 4 else {
            FileHandle.standardError.write(Data("usage: VoiceActivity LABELLED ONNX SHERPA\n".utf8))
            exit(64)
        }
        try await VoiceActivityBenchmark(labelled: arguments[1], onnx: arguments[2], sherpa: arguments[3]).run()
    }

    /// How this program is told to try a model of sherpa-onnx.
    private static let trial = "sherpa-trial"

    private init(labelled: String, onnx: String, sherpa folder: String) async throws {
        directory = labelled
        manifest = try JSONDecoder().decode(
            Manifest.self, from: Data(contentsOf: URL(filePath: labelled + "/manifest.json")))
        var configuration = SherpaDetectorConfiguration(
            library: folder + "/lib/libsherpa-onnx-c-api.so", model: onnx + "/silero_vad.onnx")
        configuration.threads = 1
        sherpa = try await SherpaDetector(
            configuration: configuration, trial: .init(executable: "/proc/self/exe", arguments: [Self.trial]))
        let runtime = try OnnxRuntime(path: onnx + "/libonnxruntime.so", stage: "vad")
        silero = try SileroDetector(modelPath: onnx + "/silero_vad.onnx", runtime: runtime, threads: 1)
        smartTurn = try SmartTurnJudge(modelPath: onnx + "/smart_turn.onnx", runtime: runtime, threads: 1)
    }

    private func run() throws {
        let labels = [UInt8](try Data(contentsOf: URL(filePath: "\(directory)/\(manifest.labels)"))).map { $0 == 1 }
        for condition in manifest.conditions {
            let audio = try samples(condition.file)
            report("energy", condition.name, Score(labels: labels, changes: builtInChanges(audio)))
            report("silero", condition.name, Score(labels: labels, changes: changes(audio, silero)))
            report("sherpa-onnx", condition.name, Score(labels: labels, changes: changes(audio, sherpa)))
        }
        let speech = try samples(manifest.conditions[0].file)
        measureBuiltIn(speech)
        for calls in [1, 32, 256] { measure(silero, speech, calls: calls) }
        for calls in [1, 32] { measure(sherpa, speech, calls: calls) }
        try judgeTurns()
    }

    private func samples(_ file: String) throws -> [Int16] {
        PCM16.decode([UInt8](try Data(contentsOf: URL(filePath: "\(directory)/\(file)"))))
    }

    private func report(_ detector: String, _ condition: String, _ score: Score) {
        print(
            #"{"what":"detection","detector":"\#(detector)","condition":"\#(condition)","#
                + #""accuracy":\#(score.accuracy),"f1":\#(score.f1),"onset_delay_ms":\#(score.onsetDelayMs),"stop_delay_ms":\#(score.stopDelayMs),"#
                + #""missed":\#(score.missed),"utterances":\#(score.utterances),"#
                + #""false_starts_per_minute":\#(score.falseStartsPerMinute)}"#)
    }

    private func reportCost(_ detector: String, calls: Int, secondsPerSecond: Double, longestMs: Double) {
        print(
            #"{"what":"cost","detector":"\#(detector)","calls":\#(calls),"us_per_second_of_audio":"#
                + #"\#(secondsPerSecond * 1e6),"calls_per_core":\#(1 / secondsPerSecond),"p99_ms":\#(longestMs)}"#)
    }

    private func measureBuiltIn(_ audio: [Int16]) {
        let before = cpuSeconds()
        var changes = 0
        for _ in 0..<10 { changes += builtInChanges(audio).count }
        precondition(changes > 0)
        let cost = (cpuSeconds() - before) / (10 * Double(audio.count) / 16_000)
        reportCost("energy", calls: 1, secondsPerSecond: cost, longestMs: 0)
    }

    /// All calls get a frame at the same moment, which is the worst case for the last of them.
    private func measure(_ detector: any SpeechDetector, _ audio: [Int16], calls: Int) {
        let crowd = Crowd(detector, calls: calls)
        let rounds = max(40, 1_500 / calls)
        let clock = ContinuousClock()
        var longest: [Double] = []
        let frame = detector.traits.frameSamples
        crowd.hear(audio[0..<frame])
        let before = cpuSeconds()
        for round in 1...rounds {
            let elapsed = clock.measure { crowd.hear(audio[(round * frame)..<((round + 1) * frame)]) }
            longest.append(Double(elapsed.components.attoseconds) / 1e15)
        }
        let cost = (cpuSeconds() - before) / (Double(rounds * calls * frame) / 16_000)
        crowd.end()
        longest.sort()
        reportCost(
            detector.name, calls: calls, secondsPerSecond: cost, longestMs: longest[min(rounds - 1, rounds * 99 / 100)])
    }

    private func judgeTurns() throws {
        var rights = 0
        var vetoesOfComplete = 0
        var cpu = 0.0
        for turn in manifest.turns {
            let audio = try samples(turn.file)
            let before = cpuSeconds()
            let isComplete = try smartTurn.probability(audio) > 0.5
            cpu += cpuSeconds() - before
            if isComplete == turn.complete { rights += 1 }
            if turn.complete, !isComplete { vetoesOfComplete += 1 }
        }
        let count = manifest.turns.count
        print(
            #"{"what":"turn_end","engine":"smart-turn","turns":\#(count),"#
                + #""accuracy":\#(Double(rights) / Double(count)),"complete_vetoed":\#(vetoesOfComplete),"ms_per_decision":\#(cpu * 1_000 / Double(count))}"#
        )
    }
}

public import ArgumentParser
import Foundation
public import TomProbe
import TomServer

extension ProbeOptions.Framing: ExpressibleByArgument {}

/// `tom probe`: measures a running server.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Measure a running server: a scripted caller speaks, and every latency of the answers is taken.",
        usage: """
            tom probe
            tom probe --calls 20 --turns 5 --framing binary
            tom probe --url wss://tom.example.org --wav question.wav --json report.json
            tom probe --duration 60 --slo-e2e 800 --json - | jq .verdict
            """,
        discussion: """
            Exit status: 0 all objectives met, 1 missed, 2 could not measure, 64 wrong usage. docs/probe.md tells what is
            measured. Where the server asks for tokens, the probe makes them with JWT_SECRET, or takes TOM_PROBE_TOKEN.
            """)

    @Option(help: ArgumentHelp("The server.", valueName: "url"))
    var url = "ws://127.0.0.1:8080"

    @Option(help: ArgumentHelp("Calls at the same time.", valueName: "n"))
    var calls = 1

    @Option(
        help: ArgumentHelp(
            "Turns of each call; every sentence once when neither this nor --duration is given.", valueName: "n"))
    var turns: Int?

    @Option(help: ArgumentHelp("Begin turns for this many seconds.", valueName: "seconds"))
    var duration: Int?

    @Option(help: ArgumentHelp("How audio travels: json or binary.", valueName: "framing"))
    var framing = ProbeOptions.Framing.json

    @Option(help: ArgumentHelp("Recording of one sentence to speak; may be repeated.", valueName: "file"))
    var wav: [String] = []

    @Option(help: ArgumentHelp("Sentence to speak, by eSpeak NG; may be repeated.", valueName: "text"))
    var say: [String] = []

    @Option(help: ArgumentHelp("Language of the call and of --say, such as de.", valueName: "code"))
    var language: String?

    @Option(
        help: ArgumentHelp(
            "Write the report as JSON (docs/probe.schema.json); - for standard output.", valueName: "file"))
    var json: String?

    @Option(
        name: .customLong("slo-stt"),
        help: ArgumentHelp("Limit of the 95th percentile of speech to text.", valueName: "ms"))
    var sloSTT = 100.0

    @Option(name: .customLong("slo-llm"), help: ArgumentHelp("The same of the model's first token.", valueName: "ms"))
    var sloLLM = 200.0

    @Option(name: .customLong("slo-tts"), help: ArgumentHelp("The same of a sentence's first audio.", valueName: "ms"))
    var sloTTS = 300.0

    @Option(name: .customLong("slo-rtt"), help: ArgumentHelp("The same of the ping round trip.", valueName: "ms"))
    var sloRTT = 50.0

    @Option(
        name: .customLong("slo-e2e"),
        help: ArgumentHelp("The same from the caller's last word to the reply's first audio.", valueName: "ms"))
    var sloE2E = 1_500.0

    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp("PEM file of the authority to trust instead of the system's.", valueName: "file"))
    var caFile: String?

    @Option(help: ArgumentHelp("Call id; several calls get it with a number behind.", valueName: "call id"))
    var callID: String?

    @Flag(name: .shortAndLong, help: "No progress on standard error.")
    var quiet = false

    @OptionGroup var options: SettingOptions

    func validate() throws {
        guard (1...ProbeOptions.maxCalls).contains(calls) else {
            throw ValidationError("--calls must be from 1 to \(ProbeOptions.maxCalls).")
        }
        if let turns, turns < 1 { throw ValidationError("--turns must be at least 1.") }
        if let duration, duration < 1 { throw ValidationError("--duration must be at least 1 second.") }
        if let callID, !CallID.isValid(callID + (calls > 1 ? "-\(calls)" : "")) {
            throw ValidationError("A call id has at most 100 characters of A-Z a-z 0-9 . _ : -")
        }
        if [sloSTT, sloLLM, sloTTS, sloRTT, sloE2E].contains(where: { !$0.isFinite || $0 <= 0 }) {
            throw ValidationError("A limit must be above 0 ms.")
        }
    }

    func run() async throws {
        let report: ProbeReport
        do {
            let sources = try self.options.sources()
            let resolved = try sources.resolve().checked()
            let options = try await probeOptions(espeak: resolved.text(.espeakPath).map(Settings.path) ?? "")
            let probe = Probe(options, token: try tokenMaker(sources, resolved))
            report = try await ProbeProgressLine.show(probe, isQuiet: quiet) { try await probe.run() }
            try write(report)
        } catch {
            Terminal.say("Error: \(error)\n")
            throw ExitCode(Verdict.notMeasured.exitStatus)
        }
        if report.verdict != .met { throw ExitCode(report.verdict.exitStatus) }
    }

    private func write(_ report: ProbeReport) throws {
        let table = { (style: ReportTable.Style) in ReportTable(report, style: style).text }
        switch json {
        case "-"?:
            Terminal.write(String(decoding: try report.json(), as: UTF8.self) + "\n")
            if !quiet { Terminal.say(table(.plain)) }
        case let path?:
            try report.json().write(to: URL(fileURLWithPath: path))
            Terminal.write(table(Terminal.standardOutputTakesColour ? .colour : .plain))
        case nil:
            Terminal.write(table(Terminal.standardOutputTakesColour ? .colour : .plain))
        }
    }

    private func probeOptions(espeak: String) async throws -> ProbeOptions {
        var utterances = try wav.map { try CallerVoice.recording(path: $0) }
        let sentences = utterances.isEmpty && say.isEmpty ? CallerVoice.standardSentences : say
        for sentence in sentences {
            utterances.append(try await CallerVoice.sentence(sentence, language: language ?? "en", program: espeak))
        }
        return ProbeOptions(
            url: try ServerURL(url), calls: calls, turns: turns, duration: duration.map { .seconds($0) },
            framing: framing,
            utterances: utterances,
            objectives: ServiceObjectives(
                stt: sloSTT, llmFirstToken: sloLLM, ttsFirstAudio: sloTTS, roundTrip: sloRTT, endToEnd: sloE2E),
            language: language, authorityFile: caFile,
            callID: callID ?? "probe-\(String(UInt32.random(in: .min ... .max), radix: 16))")
    }

    /// Makes the token of a call: they differ by call id, and each is good once.
    private func tokenMaker(
        _ sources: SettingSources, _ resolved: ResolvedSettings
    ) throws -> @Sendable (String) async throws -> String? {
        if let token = sources.environment["TOM_PROBE_TOKEN"], !token.isEmpty { return { _ in token } }
        guard resolved.text(.jwtSecret) != nil else { return { _ in nil } }
        let issuer = try CallTokenIssuer(Settings(resolved).admission)
        let lifetime = resolved.integer(.jwtMaxTTLSeconds)
        return { callID in
            try await issuer.issue(callID: callID, subject: "probe", scope: nil, lifetime: lifetime, at: Date()).token
        }
    }
}

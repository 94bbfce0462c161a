import Foundation
import Logging
import NIOCore
import NIOPosix
import Testing
import TomEngines

@testable import tom

@Suite struct DoctorTests {
    private func settings(_ environment: [String: String]) throws -> Settings {
        try Settings(SettingSources(environment: environment).resolve())
    }

    /// A directory that is removed again.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "tom-doctor-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test func aBusyPortIsFoundAndAFreeOneToo() async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        let busy = await NetworkChecks.port(try settings(["PORT": String(port)]).listening)
        #expect(busy.status == .failed && busy.fix != nil)
        try await channel.close()
        let free = await NetworkChecks.port(try settings(["PORT": "0"]).listening)
        #expect(free.status == .ok)
    }

    @Test func anAddressOfAnotherMachineIsFound() async throws {
        let found = await NetworkChecks.port(
            try settings(["HOST": "192.0.2.1", "DEV_ALLOW_NO_JWT": "1", "PORT": "0"]).listening)
        #expect(found.status == .failed)
    }

    @Test func theMicrophoneNeedsLoopbackOrTLS() throws {
        #expect(NetworkChecks.microphone(try settings([:]).listening).status == .ok)
        let open = ["HOST": "0.0.0.0", "DEV_ALLOW_NO_JWT": "true"]
        #expect(NetworkChecks.microphone(try settings(open).listening).status == .warning)
        let files = ["TLS_CERTIFICATE_FILE": "c", "TLS_KEY_FILE": "k"]
        #expect(NetworkChecks.microphone(try settings(open.merging(files) { $1 }).listening).status == .ok)
    }

    @Test func theDescriptorLimitIsComparedWithTheCalls() {
        #expect(SystemChecks.descriptors(maxCalls: 1_000, limit: 1_256).status == .ok)
        let found = SystemChecks.descriptors(maxCalls: 1_000, limit: 1_255)
        #expect(found.status == .failed)
        #expect(found.fix?.contains("ulimit -n 1256") == true)
        #expect(SystemChecks.descriptorLimit > 0)
    }

    @Test func directoriesAreTriedAndLeftAsTheyWere() throws {
        try withDirectory { path in
            #expect(SystemChecks.dataDirectory(path).status == .ok)
            #expect(SystemChecks.dataDirectory("\(path)/a/b").status == .ok)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
            try Data().write(to: URL(filePath: "\(path)/file"))
            #expect(SystemChecks.dataDirectory("\(path)/file").status == .failed)
        }
    }

    @Test func agentFilesAreRead() throws {
        #expect(EngineChecks.agent(file: nil).agent?.language == "en")
        #expect(EngineChecks.agent(file: nil).finding.status == .ok)
        #expect(EngineChecks.agent(file: "/nowhere.yaml").finding.status == .failed)
        try withDirectory { path in
            let file = "\(path)/agent.yaml"
            try Data("name: [".utf8).write(to: URL(filePath: file))
            let found = EngineChecks.agent(file: file).finding
            #expect(found.status == .failed && found.fix != nil)
        }
    }

    /// An agent like the built-in one, but for what `change` does to its file.
    private func agent(_ change: (String) -> String) throws -> Agent {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../agents/receptionist.en.yaml")
        let yaml = change(try String(contentsOf: file.standardized, encoding: .utf8))
        return try Agent.load(yaml: Array(yaml.utf8), source: "changed")
    }

    @Test func aVoiceThatDoesNotExistIsFoundAsServeWouldFindIt() async throws {
        let agent = try agent { $0.replacing("voice: en-us", with: "voice: nowhere") }
        let found = await EngineChecks(engines: try settings([:]).engines, agent: agent).findings()
        let tts = try #require(found.first { $0.check == "tts" })
        #expect(tts.status == .failed && tts.detail.contains("voice nowhere") && tts.fix != nil)
    }

    @Test func phrasesThatCannotBeHeardAreNamed() async throws {
        let agent = try agent {
            $0.replacing("- what are your opening hours\n", with: "- do you sell zyxwvut bicycles\n")
        }
        let found = await EngineChecks(engines: try settings([:]).engines, agent: agent).findings()
        let stt = try #require(found.first { $0.check == "stt" })
        #expect(stt.status == .warning && stt.detail.contains("zyxwvut"))
    }

    @Test func aGermanAgentIsToldWhichEngineHears() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../agents/receptionist.de.yaml")
        let agent = EngineChecks.agent(file: root.standardized.path)
        #expect(agent.agent?.language == "de")
        let found = await EngineChecks(engines: try settings([:]).engines, agent: agent.agent).findings()
        let stt = try #require(found.first { $0.check == "stt" })
        #expect(stt.status == .failed)
        #expect(stt.fix?.contains("REALTIME_STT=off") == true)
        let tts = try #require(found.first { $0.check == "tts" })
        #expect(tts.status == .ok)
    }

    @Test func anEngineThatIsLeftOutBesideOthersIsAWarning() async throws {
        let engines = try settings([
            "REALTIME_STT": "provider", "STT_ENGINE": "openai,pocketsphinx", "STT_PROVIDER_MODEL": "m",
            "STT_PROVIDER_URL": "http://127.0.0.1:1",
        ]).engines
        let found = await EngineChecks(engines: engines, agent: try Agent.bundled(language: "de")).findings()
        let stt = found.filter { $0.check == "stt" }
        #expect(stt.map(\.status) == [.failed, .warning])
        #expect(stt.last?.detail.contains("left out for this agent") == true)
        #expect(stt.last?.fix?.contains("STT_ENGINE") == true)
    }

    @Test(arguments: [
        ["REALTIME_STT": "local"], ["REALTIME_STT": "provider", "STT_ENGINE": "pocketsphinx"],
        ["REALTIME_STT": "off"], ["REALTIME_STT": "mock"],
    ])
    func aStartThatHearsNobodySaysSo(environment: [String: String]) async throws {
        let german = try Agent.bundled(language: "de")
        let others = ["REALTIME_LLM": "mock", "REALTIME_TTS": "mock"]
        let engines = try await EngineSet(
            try settings(environment.merging(others) { $1 }).engines, agents: [german], logger: Logger(label: "test"))
        let isMeant = ["off", "mock"].contains(environment["REALTIME_STT"])
        #expect(engines.warnings(for: german).isEmpty == isMeant)
        await engines.shutdown()
    }

    @Test func missingEnginesAreFound() async throws {
        let engines = try settings(["STT_POCKETSPHINX_MODEL_DIR": "/nowhere", "ESPEAK_PATH": "/nowhere/espeak-ng"])
            .engines
        let found = await EngineChecks(engines: engines, agent: try Agent.bundled(language: "en")).findings()
        #expect(found.map(\.status) == [.failed, .ok, .failed])
        #expect(found.allSatisfy { $0.status == .ok || $0.fix?.contains("apt-get install") == true })
    }

    @Test func aFindingHasTheCodeThatTheDocumentsAreKeyedBy() async throws {
        let engines = try settings(["STT_POCKETSPHINX_MODEL_DIR": "/nowhere", "ESPEAK_PATH": "/nowhere/espeak-ng"])
            .engines
        let found = await EngineChecks(engines: engines, agent: try Agent.bundled(language: "en")).findings()
        #expect(found.map(\.code) == ["stt.model_missing", nil, "tts.not_installed"])
        #expect(found[0].lines(mark: "FAILED").contains(" [stt.model_missing]\n"))
        #expect(!found[1].lines(mark: "ok").contains("["))
        let json = try ScriptOutput.json(DoctorReport(healthy: false, findings: found))
        #expect(json.contains("\"code\" : \"tts.not_installed\"") || json.contains("\"code\":\"tts.not_installed\""))
        #expect(json.contains("null"))
        #expect(EngineChecks.agent(file: "/nowhere.yaml").finding.code == "agent.unreadable")
    }

    @Test func theEnginesOfThisMachineWork() async throws {
        let agent = try Agent.bundled(language: "en")
        let found = await EngineChecks(engines: try settings([:]).engines, agent: agent).findings()
        #expect(found.map(\.status) == [.ok, .ok, .ok])
    }
}

import Foundation
import Logging
import TomAudio
import TomConversation
import TomEngines
import TomServer
import TomSession
import TomTestKit

/// A server of OpenAI's API with two agents: `anna` speaks English and answers by default, `bernd` speaks German and hears
/// nothing.
struct TestAPI: Sendable {
    var synthesizer = ScriptedSynthesizer.making(Array(repeating: 9_000, count: 4_800), rate: .hz24000)
    var transcriber = ScriptedTranscriber.hearing("good morning")
    /// Its file lasts as long as the server.
    var keys: TestKeys?
    /// The same, for a program that is run.
    var programs: ProgramFolder?
    var metrics = PrometheusRegistry()
    var logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    var configure: @Sendable (inout ServerConfiguration) -> Void = { _ in }

    private var profiles: [CallProfile] {
        func profile(_ id: String, _ language: String, _ transcriber: (any Transcriber)?) -> CallProfile {
            CallProfile(
                agentID: id, language: language, voice: nil, texts: Conversation.Texts(), backchannels: [],
                engines: CallEngines(
                    transcriber: transcriber, languageModel: ScriptedLanguageModel.saying("Fine."),
                    synthesizer: synthesizer))
        }
        return [profile("anna", "en", transcriber), profile("bernd", "de", nil)]
    }

    func serve(_ body: @escaping @Sendable (_ port: Int, _ server: TomServer) async throws -> Void) async throws {
        let factory = SessionFactory(
            profiles: profiles, defaultAgent: "anna", configuration: SessionConfiguration(), tools: StubTools(),
            metrics: metrics, logger: logger)
        let speech = SpeechService(
            profiles: profiles, defaultAgent: "anna",
            patience: .init(synthesis: .seconds(30), transcription: .seconds(30)), metrics: metrics)
        let (keys, configure) = (keys, configure)
        defer { withExtendedLifetime((keys, programs)) {} }
        try await withServer(
            factory, metrics: metrics, speech: speech, logger: logger,
            configure: { configuration in
                configuration.authentication.keysPath = keys?.path
                configure(&configuration)
            }, body)
    }
}

/// A key file in a directory of its own, which goes with it.
final class TestKeys: Sendable {
    let path: String
    var file: APIKeyFile { APIKeyFile(path: path) }

    init() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tom-keys-\(UUID().uuidString)")
        path = directory.appending(path: "keys.json").path
        try file.makeDirectory()
    }

    deinit { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }

    /// Makes a key; what is sent for it.
    func make(_ scopes: [APIScope], expires: Date? = nil) throws -> (id: String, header: String, token: String) {
        let made = try file.add(name: "test", scopes: scopes, expires: expires, at: Date())
        return (made.key.id, "Authorization: Bearer \(made.token)", made.token)
    }
}

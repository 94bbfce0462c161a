import Logging
import NIOCore
import Testing
import TomAudio
import TomErrors
import TomTestKit

@testable import TomSession

@Suite("Session factory")
struct SessionFactoryTests {
    /// An agent without engines, and a German one with a voice.
    private let factory: SessionFactory = {
        var german = CallProfile.test(
            CallEngines(transcriber: nil, languageModel: nil, synthesizer: ScriptedSynthesizer()))
        german.agentID = "empfang"
        german.language = "de-DE"
        return SessionFactory(
            profiles: [.test(CallEngines(transcriber: nil, languageModel: nil, synthesizer: nil)), german],
            defaultAgent: "test", configuration: SessionConfiguration(), tools: StubTools(),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }()

    private func makeSession(_ change: (inout CallOptions) -> Void) throws -> String {
        let loop = VirtualEventLoop()
        let link = RecordingLink(now: { .zero })
        var options = CallOptions(callID: "c", input: .wideband, output: .wideband)
        change(&options)
        let session = try factory.makeSession(options, link: link, eventLoop: loop)
        return try #require(session as? Session).assumeIsolated { $0.profile.agentID }
    }

    @Test func theAgentIsChosenByNameThenLanguageThenDefault() throws {
        #expect(try makeSession { _ in } == "test")
        #expect(try makeSession { $0.agent = "empfang" } == "empfang")
        #expect(try makeSession { $0.language = "de" } == "empfang")
        #expect(try makeSession { $0.language = "EN-gb" } == "test")
    }

    @Test func theEnginesAreThoseOfTheAgentThatWouldAnswer() {
        func names(_ change: (inout CallOptions) -> Void) -> EngineNames {
            var options = CallOptions(callID: "c", input: .wideband, output: .wideband)
            change(&options)
            return factory.engineNames(for: options)
        }
        let none = EngineNames(stt: "off", llm: "off", tts: "off")
        let german = EngineNames(stt: "off", llm: "off", tts: "scripted")
        #expect(names { _ in } == none)
        #expect(names { $0.agent = "empfang" } == german)
        #expect(names { $0.language = "de" } == german)
        #expect(names { $0.agent = "nobody" } == none, "the call is refused; until then the default agent's are shown")
    }

    @Test func whatCannotBeServedIsSaidWithAWayOut() {
        let unknown = #expect(throws: SessionError.self) { try makeSession { $0.agent = "nobody" } }
        #expect(unknown?.code == "session.unknown_agent")
        #expect(unknown?.hint == "Use one of: empfang, test.")
        #expect(unknown?.category == .invalidRequest)
        let french = #expect(throws: SessionError.self) { try makeSession { $0.language = "fr" } }
        #expect(french == .unsupportedLanguage("fr", agent: "test"))
        let mismatch = #expect(throws: SessionError.self) {
            try makeSession {
                $0.agent = "empfang"
                $0.language = "en"
            }
        }
        #expect(mismatch == .unsupportedLanguage("en", agent: "empfang"))
        #expect(throws: AudioError.self) {
            try makeSession { $0.input = AudioFormat(codec: .pcm16, sampleRate: SampleRate(hertz: 11_025)) }
        }
    }
}

import Logging
import Synchronization
import Testing
import TomServer

/// Keeps every line at the lowest level, as text.
private struct CapturingHandler: LogHandler {
    final class Lines: Sendable { let all = Mutex<[String]>([]) }
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
        lines.all.withLock { $0.append("\(event.message) \(metadata) \(event.metadata ?? [:])") }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct PrivacyTests {
    @Test func aWholeCallLeavesNoPersonalDataInTheLog() async throws {
        let secret = "a secret of thirty-two bytes or more"
        let lines = CapturingHandler.Lines()
        let logger = Logger(label: "test") { _ in CapturingHandler(lines: lines) }
        let token = try await TokenMint.token(secret: secret, callID: "call-1", subject: "Erika Mustermann")
        try await withServer(
            ScriptedFactory(ScriptedSession.echoing), logger: logger, configure: { $0.authentication.secret = secret }
        ) { port, _ in
            let call = try await TestWebSocket.connect(port, "/ws/stream/call-1?t=\(token)")
            try await call.send(#"{"type":"text","text":"my number is 5550199"}"#)
            _ = try await call.next("llm_token")
            try await call.send(#"{"type":"audio_chunk","data":"c2VjcmV0YXVkaW8h"}"#)
            try await call.send(#"{"type":"nonsense","text":"my number is 5550199"}"#)
            _ = try await call.next("error")
            try await call.send(#"{"type":"stop","reason":"my number is 5550199"}"#)
            _ = try await call.closeCode()
            _ = try await TestHTTP.get(port, "/ws/stream/call-1?t=\(token)", headers: TestHTTP.upgradeHeaders)
            _ = try await TestHTTP.get(port, "/elsewhere?t=\(token)")
        }
        let all = lines.all.withLock { $0 }
        #expect(all.contains { $0.hasPrefix("call ended") })
        for line in all {
            for secret in [token, secret, "5550199", "c2VjcmV0", "secretaudio", "Mustermann", "127.0.0.1"] {
                #expect(!line.contains(secret), "\(line)")
            }
        }
    }

    @Test func theAPILeavesNeitherKeysNorWordsInTheLog() async throws {
        let lines = CapturingHandler.Lines()
        let keys = try TestKeys()
        let key = try keys.make([.realtime, .clientSecrets, .speech])
        let api = TestAPI(keys: keys, logger: Logger(label: "test") { _ in CapturingHandler(lines: lines) })
        try await api.serve { port, _ in
            let path = "/v1/realtime/client_secrets"
            let asked = #"{"session":{"type":"realtime","instructions":"my number is 5550199"}}"#
            let made = try await TestHTTP.post(port, path, json: asked, headers: [key.header])
            let secret = try #require(made.json["value"] as? String)
            let socket = try await TestWebSocket.connect(
                port, "/v1/realtime?model=5550199", headers: ["Authorization: Bearer \(secret)"])
            _ = try await socket.next("session.created")
            try await socket.send(#"{"type":"nonsense","text":"my number is 5550199"}"#)
            _ = try await socket.next("error")
            await socket.socket.close()
            let spoken = #"{"input":"My number is 5550199.","voice":"5550199"}"#
            _ = try await TestHTTP.post(port, "/v1/audio/speech", json: spoken, headers: [key.header])
            _ = try await TestHTTP.post(port, "/v1/audio/speech", json: spoken)
            _ = try await TestHTTP.post(port, path, json: asked, headers: [key.header + "x"])
        }
        let all = lines.all.withLock { $0 }
        #expect(all.contains { $0.hasPrefix("call connected") })
        for line in all {
            for secret in [key.token, "ek_", "sk-tom-", "5550199", "127.0.0.1"] {
                #expect(!line.contains(secret), "\(line)")
            }
        }
    }
}

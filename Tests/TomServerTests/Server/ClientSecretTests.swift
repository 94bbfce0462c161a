import Foundation
import Testing
import TomServer

/// Ephemeral secrets over a real port.
@Suite(.timeLimit(.minutes(1)))
struct ClientSecretTests {
    private static let path = "/v1/realtime/client_secrets"
    private static let elsewhere = "tom.example"

    private static func open(_ port: Int, _ secret: String, query: String = "", headers: [String] = []) async throws
        -> TestWebSocket
    {
        try await TestWebSocket.connect(
            port, "/v1/realtime\(query)", headers: ["Authorization: Bearer \(secret)"] + headers)
    }

    @Test func aSecretOpensTheSessionItWasMadeFor() async throws {
        let keys = try TestKeys()
        let key = try keys.make([.clientSecrets])
        try await TestAPI(keys: keys).serve { port, _ async throws in
            let asked = """
                {"expires_after":{"anchor":"created_at","seconds":60},"session":{"type":"realtime","model":"bernd",\
                "instructions":"Be brief.","audio":{"output":{"voice":"m2"}}}}
                """
            let before = Int(Date().timeIntervalSince1970)
            let made = try await TestHTTP.post(port, Self.path, json: asked, headers: [key.header])
            #expect(made.status == 200)
            let secret = try #require(made.json["value"] as? String)
            #expect(secret.hasPrefix("ek_"))
            let expires = try #require(made.json["expires_at"] as? Int)
            #expect((before + 60...before + 90).contains(expires))
            let shown = try #require(made.json["session"] as? [String: Any])
            #expect(shown["model"] as? String == "bernd")
            #expect(shown["instructions"] as? String == "Be brief.")
            #expect((shown["id"] as? String)?.hasPrefix("sess_") == true)
            // more than one session, until it expires
            for _ in 0..<2 {
                let socket = try await Self.open(port, secret)
                let created = try await socket.next("session.created").json["session"] as? [String: Any] ?? [:]
                #expect(created["model"] as? String == "bernd")
                #expect(created["instructions"] as? String == "Be brief.")
                #expect(created["id"] as? String != shown["id"] as? String)
                let output = (created["audio"] as? [String: Any])?["output"] as? [String: Any]
                #expect(output?["voice"] as? String == "m2")
            }
        }
    }

    @Test func aSecretOpensNothingElse() async throws {
        let keys = try TestKeys()
        let key = try keys.make([.clientSecrets])
        try await TestAPI(keys: keys).serve { port, _ async throws in
            let made = try await TestHTTP.post(port, Self.path, json: "{}", headers: [key.header])
            let header = "Authorization: Bearer \(made.json["value"] as? String ?? "")"
            #expect(try await TestHTTP.get(port, "/v1/models", headers: [header]).status == 403)
            #expect(try await TestHTTP.post(port, Self.path, json: "{}", headers: [header]).status == 403)
            // the key itself opens no session
            let refused = try await TestHTTP.get(
                port, "/v1/realtime", headers: TestHTTP.upgradeHeaders + [key.header])
            #expect(refused.status == 403)
        }
    }

    @Test func aRevokedKeyTakesItsSecretsAlong() async throws {
        let keys = try TestKeys()
        let (key, other) = (try keys.make([.clientSecrets]), try keys.make([.models]))
        try await TestAPI(keys: keys).serve { port, _ async throws in
            let made = try await TestHTTP.post(port, Self.path, json: "", headers: [key.header])
            let secret = made.json["value"] as? String ?? ""
            _ = try await Self.open(port, secret)
            _ = try keys.file.revoke(id: key.id)
            // the server looks at the file once a second
            var status = 101
            while status == 101 {
                status = try await TestHTTP.get(
                    port, "/v1/realtime", headers: TestHTTP.upgradeHeaders + ["Authorization: Bearer \(secret)"]
                ).status
            }
            #expect(status == 401)
            #expect(try await TestHTTP.get(port, "/v1/models", headers: [key.header]).status == 401)
            #expect(try await TestHTTP.get(port, "/v1/models", headers: [other.header]).status == 200)
        }
    }

    @Test func withoutKeysThisMachineMakesSecretsAndOthersMayUseThem() async throws {
        try await TestAPI().serve { port, _ async throws in
            let made = try await TestHTTP.post(port, Self.path, json: "{}")
            let secret = made.json["value"] as? String ?? ""
            let headers = TestHTTP.upgradeHeaders + ["Authorization: Bearer \(secret)"]
            #expect(try await TestHTTP.get(port, "/v1/realtime", host: Self.elsewhere, headers: headers).status == 101)
            #expect(try await TestHTTP.post(port, Self.path, json: "{}", host: Self.elsewhere).status == 401)
            // one that claims to be a secret has to be one, on this machine too
            let wrong = TestHTTP.upgradeHeaders + ["Authorization: Bearer ek_unknown"]
            #expect(try await TestHTTP.get(port, "/v1/realtime", headers: wrong).status == 401)
        }
    }

    @Test(arguments: [
        (#"{"expires_after":{"anchor":"created_at","seconds":9}}"#, "expires_after.seconds"),
        (#"{"expires_after":{"anchor":"now"}}"#, "expires_after.anchor"),
        (#"{"session":{"type":"realtime","audio":{"output":{"speed":9}}}}"#, "session.audio.output.speed"),
        (#"{"session":{"type":"realtime","voice":"marin"}}"#, "session.voice"),
        (#"{"sessions":{}}"#, "sessions"),
        (#"{"session":"#, nil),
    ])
    func badRequestsSayWhatIsWrong(body: String, param: String?) async throws {
        try await TestAPI().serve { port, _ async throws in
            let response = try await TestHTTP.post(port, Self.path, json: body)
            #expect(response.status == 400)
            #expect(response.apiError["type"] as? String == "invalid_request_error")
            #expect(response.apiError["param"] as? String == param)
        }
    }

    @Test func aBodyThatIsTooLongIsRefused() async throws {
        try await TestAPI().serve { port, _ async throws in
            let instructions = String(repeating: "x", count: 1 << 20)
            let body = #"{"session":{"type":"realtime","instructions":"\#(instructions)"}}"#
            let response = try await TestHTTP.post(port, Self.path, json: body)
            #expect(response.status == 413)
        }
    }

    @Test func theBetasPathsAnswerInTheBetasWords() async throws {
        try await TestAPI().serve { port, _ async throws in
            let asked = #"{"model":"gpt-4o-realtime","voice":"verse","instructions":"Hi.","modalities":["text"]}"#
            let made = try await TestHTTP.post(port, "/v1/realtime/sessions", json: asked)
            #expect(made.status == 200)
            let secret = try #require(made.json["client_secret"] as? [String: Any])
            #expect(made.json["object"] as? String == "realtime.session")
            #expect(made.json["voice"] as? String == "verse")
            #expect(secret["expires_at"] as? Int == made.json["expires_at"] as? Int)
            let value = secret["value"] as? String ?? ""
            let beta = try await Self.open(port, value, headers: ["OpenAI-Beta: realtime=v1"])
            let session = try await beta.next("session.created").json["session"] as? [String: Any] ?? [:]
            #expect(session["instructions"] as? String == "Hi.")
            #expect(session["modalities"] as? [String] == ["text"])
            // the session is the same in the other dialect
            let other = try await Self.open(port, value, query: "?model=anna")
            let same = try await other.next("session.created").json["session"] as? [String: Any] ?? [:]
            #expect(same["output_modalities"] as? [String] == ["text"])
            #expect(same["model"] as? String == "anna")
            let refused = try await TestHTTP.post(port, "/v1/realtime/sessions", json: #"{"voice":7}"#)
            #expect(refused.status == 400)
            #expect(refused.apiError["param"] as? String == "voice")
        }
    }

    @Test func transcriptionSessionsAreMadeToo() async throws {
        try await TestAPI().serve { port, _ async throws in
            let made = try await TestHTTP.post(
                port, Self.path,
                json: #"{"session":{"type":"transcription","audio":{"input":{"transcription":{"language":"en"}}}}}"#)
            let socket = try await Self.open(port, made.json["value"] as? String ?? "")
            let session = try await socket.next("session.created").json["session"] as? [String: Any] ?? [:]
            #expect(session["type"] as? String == "transcription")
            let beta = try await TestHTTP.post(port, "/v1/realtime/transcription_sessions", json: "{}")
            #expect(beta.json["object"] as? String == "realtime.transcription_session")
        }
    }
}

import Foundation
import Testing
import TomServer

/// Who may use OpenAI's API, over a real port.
@Suite(.timeLimit(.minutes(1)))
struct APIAccessTests {
    private static let elsewhere = "tom.example"
    private static let paths = ["/v1/models", "/v1/models/anna", "/v1/realtime"]

    private static func get(_ port: Int, _ path: String, host: String? = nil, headers: [String] = []) async throws
        -> TestResponse
    {
        let upgrade = path.hasPrefix("/v1/realtime") ? TestHTTP.upgradeHeaders : []
        return try await TestHTTP.get(port, path, host: host, headers: upgrade + headers)
    }

    // MARK: Without keys

    @Test func withoutKeysThisMachineIsServedWhateverItSends() async throws {
        try await TestAPI().serve { port, _ async throws in
            for headers in [[], ["Authorization: Bearer unused"], ["Authorization: Bearer a.b.c"]] {
                #expect(try await Self.get(port, "/v1/models", headers: headers).status == 200)
                #expect(try await Self.get(port, "/v1/realtime", headers: headers).status == 101)
            }
        }
    }

    @Test func withoutKeysOtherMachinesAreRefused() async throws {
        try await TestAPI().serve { port, _ async throws in
            for path in Self.paths {
                for headers in [[], ["Authorization: Bearer unused"]] {
                    let response = try await Self.get(port, path, host: Self.elsewhere, headers: headers)
                    #expect(response.status == 401)
                    #expect(response.apiError["code"] as? String == "invalid_api_key")
                }
            }
            // a proxy on this machine connects for others
            let response = try await Self.get(port, "/v1/models", headers: ["X-Forwarded-For: 192.0.2.1"])
            #expect(response.status == 401)
        }
    }

    // MARK: With keys

    @Test func aKeyOpensWhatItsScopesSay() async throws {
        let keys = try TestKeys()
        let models = try keys.make([.models])
        let realtime = try keys.make([.realtime])
        try await TestAPI(keys: keys).serve { port, _ async throws in
            for host in [nil, Self.elsewhere] {
                #expect(try await Self.get(port, "/v1/models", host: host, headers: [models.header]).status == 200)
                #expect(try await Self.get(port, "/v1/realtime", host: host, headers: [realtime.header]).status == 101)
                let refused = try await Self.get(port, "/v1/realtime", host: host, headers: [models.header])
                #expect(refused.status == 403)
                #expect(refused.headers["www-authenticate"]?.contains("scope=\"realtime\"") == true)
                #expect(refused.apiError["type"] as? String == "permission_error")
                #expect(refused.apiError["code"] as? String == "insufficient_permissions")
                #expect(refused.apiError["param"] is NSNull)
            }
        }
    }

    @Test func withKeysOtherCredentialsAreRefusedOnThisMachineToo() async throws {
        let keys = try TestKeys()
        _ = try keys.make([.models])
        try await TestAPI(keys: keys).serve { port, _ async throws in
            for path in Self.paths {
                let none = try await Self.get(port, path)
                #expect(none.status == 401)
                #expect(none.headers["www-authenticate"] == "Bearer realm=\"tom\"")
                #expect(none.headers["content-type"] == "application/json")
                for token in ["sk-tom-none", "unused", "ek_none", "a.b.c", String(repeating: "x", count: 9_000)] {
                    let response = try await Self.get(port, path, headers: ["Authorization: Bearer \(token)"])
                    #expect(response.status == 401)
                    #expect(response.headers["www-authenticate"]?.contains("invalid_token") == true)
                    #expect(response.apiError["type"] as? String == "invalid_request_error")
                    #expect(response.apiError["code"] as? String == "invalid_api_key")
                    #expect((response.apiError["message"] as? String)?.isEmpty == false)
                    #expect(response.apiError["param"] is NSNull)
                }
            }
        }
    }

    @Test func anExpiredKeyIsRefused() async throws {
        let keys = try TestKeys()
        let key = try keys.make([.models], expires: Date(timeIntervalSinceNow: -1))
        try await TestAPI(keys: keys).serve { port, _ async throws in
            let response = try await Self.get(port, "/v1/models", headers: [key.header])
            #expect(response.status == 401)
            #expect((response.apiError["message"] as? String)?.contains("expired") == true)
        }
    }

    @Test func theLastKeyThatIsRevokedDoesNotOpenTheServer() async throws {
        let keys = try TestKeys()
        let key = try keys.make([.models])
        _ = try keys.file.revoke(id: key.id)
        try await TestAPI(keys: keys).serve { port, _ async throws in
            #expect(try await Self.get(port, "/v1/models").status == 401)
            #expect(try await Self.get(port, "/v1/models", headers: [key.header]).status == 401)
        }
    }

    @Test func theKeyMayTravelAsSubprotocolAndIsNotEchoed() async throws {
        let keys = try TestKeys()
        let key = try keys.make([.realtime])
        try await TestAPI(keys: keys).serve { port, _ async throws in
            for offered in [
                "realtime, openai-insecure-api-key.\(key.token)",
                "realtime, openai-insecure-api-key.\(key.token), openai-beta.realtime-v1",
            ] {
                let response = try await Self.get(
                    port, "/v1/realtime", headers: ["Sec-WebSocket-Protocol: \(offered)"])
                #expect(response.status == 101)
                #expect(response.headers["sec-websocket-protocol"] == "realtime")
            }
            let conflicting = try await Self.get(
                port, "/v1/realtime",
                headers: [key.header, "Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.other"])
            #expect(conflicting.status == 401)
            // the query is no place for a key
            #expect(try await Self.get(port, "/v1/realtime?t=\(key.token)").status == 401)
        }
    }

    @Test func aTokenWithTheScopeOpensTheAPIToo() async throws {
        let secret = "a secret of thirty-two bytes or more"
        let good = try await TokenMint.token(secret: secret, callID: nil, subject: "s", scope: "realtime models")
        let narrow = try await TokenMint.token(secret: secret, callID: "c", subject: "s")
        try await TestAPI(configure: { $0.authentication.secret = secret }).serve { port, _ async throws in
            for _ in 0..<2 {
                let response = try await Self.get(
                    port, "/v1/realtime", host: Self.elsewhere, headers: ["Authorization: Bearer \(good)"])
                #expect(response.status == 101)
            }
            let refused = try await Self.get(port, "/v1/models", headers: ["Authorization: Bearer \(narrow)"])
            #expect(refused.status == 403)
            #expect(try await Self.get(port, "/v1/models").status == 401)
        }
    }

    @Test func aKeyWithTheScopeOpensTheOperatorsAPI() async throws {
        let keys = try TestKeys()
        let (operating, other) = (try keys.make([.operator]), try keys.make([.realtime]))
        try await TestAPI(keys: keys).serve { port, _ async throws in
            let host = Self.elsewhere
            #expect(try await TestHTTP.get(port, "/v1/calls", host: host, headers: [operating.header]).status == 200)
            let refused = try await TestHTTP.get(port, "/v1/calls", host: host, headers: [other.header])
            #expect(refused.status == 403)
            // this one speaks problem details
            #expect(refused.code == "auth.missing_scope")
            #expect(refused.headers["content-type"] == "application/problem+json")
        }
    }

    // MARK: Other refusals

    @Test func pagesOfOtherOriginsAreRefused() async throws {
        try await TestAPI().serve { port, _ async throws in
            for path in Self.paths {
                let response = try await Self.get(port, path, headers: ["Origin: https://evil.example"])
                #expect(response.status == 403)
                #expect(response.apiError["code"] as? String == "access.origin_not_allowed")
            }
            let local = try await Self.get(port, "/v1/realtime", headers: ["Origin: http://localhost:5173"])
            #expect(local.status == 101)
        }
    }

    @Test func theCallsOfSIPAndWebRTCAreNotThere() async throws {
        try await TestAPI().serve { port, _ async throws in
            let response = try await Self.get(port, "/v1/realtime?call_id=rtc_1")
            #expect(response.status == 404)
            #expect(response.apiError["param"] as? String == "call_id")
        }
    }

    @Test func aPlainGetIsToldToUpgrade() async throws {
        try await TestAPI().serve { port, _ async throws in
            let response = try await TestHTTP.get(port, "/v1/realtime")
            #expect(response.status == 426)
            #expect(response.headers["upgrade"] == "websocket")
            #expect(response.apiError["code"] as? String == "ws.upgrade_required")
        }
    }

    @Test func capacityAndRateAreThoseOfCalls() async throws {
        try await TestAPI(configure: { $0.maxCalls = 1 }).serve { port, _ async throws in
            let first = try await TestWebSocket.connect(port, "/v1/realtime")
            let second = try await Self.get(port, "/v1/realtime")
            #expect(second.status == 503)
            #expect(second.headers["retry-after"] != nil)
            #expect(second.apiError["type"] as? String == "server_error")
            let calls = try await TestHTTP.get(port, "/v1/calls")
            let listed = (calls.json["calls"] as? [[String: Any]])?.first
            #expect(listed?["transport"] as? String == "realtime")
            #expect((listed?["id"] as? String)?.hasPrefix("rt-") == true)
            await first.socket.close()
        }
        try await TestAPI(configure: { $0.rates.connectionsPerMinute = 1 }).serve { port, _ async throws in
            #expect(try await Self.get(port, "/v1/realtime").status == 101)
            let second = try await Self.get(port, "/v1/realtime")
            #expect(second.status == 429)
            #expect(second.apiError["code"] as? String == "rate_limit_exceeded")
            #expect(second.apiError["type"] as? String == "rate_limit_error")
        }
    }

    @Test func refusalsAreCounted() async throws {
        let keys = try TestKeys()
        _ = try keys.make([.models])
        try await TestAPI(keys: keys).serve { port, _ async throws in
            _ = try await Self.get(port, "/v1/models")
            _ = try await Self.get(port, "/v1/realtime", headers: ["Authorization: Bearer sk-tom-none"])
            let metrics = try await TestHTTP.get(port, "/metrics").text
            #expect(metrics.contains("tom_auth_failures_total{reason=\"auth.missing_key\"} 1"))
            #expect(metrics.contains("tom_auth_failures_total{reason=\"auth.invalid_key\"} 1"))
            #expect(metrics.contains("tom_calls_refused_total{code=\"auth.invalid_key\"} 1"))
        }
    }

    // MARK: Models

    @Test func theModelsAreAgentsAndTheNamesClientsAskFor() async throws {
        try await TestAPI().serve { port, _ async throws in
            let list = try await TestHTTP.get(port, "/v1/models")
            #expect(list.json["object"] as? String == "list")
            let models = list.json["data"] as? [[String: Any]] ?? []
            let ids = models.compactMap { $0["id"] as? String }
            #expect(ids.prefix(2) == ["anna", "bernd"])
            #expect(Set(["gpt-realtime", "tts-1", "whisper-1"]).isSubset(of: ids))
            for model in models {
                #expect(model["object"] as? String == "model")
                #expect(model["owned_by"] as? String == "tom")
                #expect((model["created"] as? Int ?? 0) > 1_700_000_000)
            }
            let one = try await TestHTTP.get(port, "/v1/models/bernd")
            #expect(one.json["id"] as? String == "bernd" && one.json["object"] as? String == "model")
            let none = try await TestHTTP.get(port, "/v1/models/gpt-99")
            #expect(none.status == 404)
            #expect(none.apiError["code"] as? String == "model_not_found")
        }
    }
}

import Foundation
import Testing
import TomServer

/// Tokens over a real port, in each of their places.
@Suite(.timeLimit(.minutes(1)))
struct AuthenticationTests {
    private static let secret = "a secret of thirty-two bytes or more"

    private func withSecret(_ body: @escaping @Sendable (_ port: Int, _ token: String) async throws -> Void)
        async throws
    {
        let token = try await TokenMint.token(secret: Self.secret, callID: "call-1", subject: "caller")
        try await withServer(configure: { $0.authentication.secret = Self.secret }) { port, _ in
            try await body(port, token)
        }
    }

    @Test func withoutATokenThereIsA401() async throws {
        try await withSecret { port, _ in
            let response = try await TestHTTP.get(port, "/ws/stream/call-1", headers: TestHTTP.upgradeHeaders)
            #expect(response.status == 401)
            #expect(response.headers["www-authenticate"] == "Bearer realm=\"tom\"")
            #expect(response.code == "auth.missing_token")
        }
    }

    @Test func theTokenMayTravelInTheHeader() async throws {
        try await withSecret { port, token in
            let socket = try await TestWebSocket.connect(port, headers: ["Authorization: Bearer \(token)"])
            #expect(try await socket.next().type == "connected")
            // used once: neither while the call lives nor after
            let again = try await TestHTTP.get(
                port, "/ws/stream/call-1", headers: TestHTTP.upgradeHeaders + ["Authorization: Bearer \(token)"])
            #expect(again.status == 401)
            #expect(again.code == "auth.replayed_token")
            #expect(again.headers["www-authenticate"]?.contains("invalid_token") == true)
        }
    }

    @Test func theTokenMayTravelAsSubprotocolAndIsNotEchoed() async throws {
        try await withSecret { port, token in
            let socket = try await TestWebSocket.connect(
                port, headers: ["Sec-WebSocket-Protocol: tom.v1, bearer.\(token)"])
            #expect(socket.response.headers["sec-websocket-protocol"] == "tom.v1")
        }
    }

    @Test func theTokenMayTravelInTheQuery() async throws {
        try await withSecret { port, token in
            _ = try await TestWebSocket.connect(port, "/ws/stream/call-1?t=\(token)")
        }
    }

    @Test func aTokenForAnotherCallIsA403() async throws {
        try await withSecret { port, token in
            let response = try await TestHTTP.get(
                port, "/ws/stream/call-2?t=\(token)", headers: TestHTTP.upgradeHeaders)
            #expect(response.status == 403)
            // the problem names the path without the token
            #expect(response.json["instance"] as? String == "/ws/stream/call-2")
            #expect(!response.text.contains(token))
        }
    }

    @Test func foreignPagesAreRefused() async throws {
        try await withServer { port, _ in
            let refused = try await TestHTTP.get(
                port, "/ws/stream/a", headers: TestHTTP.upgradeHeaders + ["Origin: https://evil.example"])
            #expect(refused.status == 403)
            #expect(refused.code == "access.origin_not_allowed")
            _ = try await TestWebSocket.connect(port, headers: ["Origin: http://localhost:5173"])
        }
    }

    @Test func withoutASecretARequestUnderAForeignNameIsRefused() async throws {
        try await withServer { port, _ in
            for path in ["/ws/stream/a", "/v1/calls", "/v1/messages"] {
                let response = try await TestHTTP.get(
                    port, path, host: "evil.example", headers: path.hasPrefix("/ws") ? TestHTTP.upgradeHeaders : [])
                #expect(response.status == 401, "\(path)")
            }
        }
    }

    @Test func theOperatorsAPIWantsTheScope() async throws {
        try await withSecret { port, token in
            #expect(try await TestHTTP.get(port, "/v1/calls").status == 401)
            let plain = try await TestHTTP.get(port, "/v1/calls", headers: ["Authorization: Bearer \(token)"])
            #expect(plain.status == 403)
            #expect(plain.headers["www-authenticate"]?.contains("insufficient_scope") == true)
            let scoped = try await TokenMint.token(
                secret: Self.secret, callID: nil, subject: "operator", scope: "operator")
            #expect(
                try await TestHTTP.get(port, "/v1/calls", headers: ["Authorization: Bearer \(scoped)"]).status == 200)
        }
    }

    @Test func addressesOutsideTheListAreRefused() async throws {
        try await withServer(configure: { $0.addressAllowList = ["192.0.2.0/24"] }) { port, _ in
            let response = try await TestHTTP.get(port, "/ws/stream/a", headers: TestHTTP.upgradeHeaders)
            #expect(response.status == 403)
            #expect(response.code == "access.address_not_allowed")
        }
    }
}

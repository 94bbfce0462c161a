import Foundation
import HTTPTypes
import JWTKit
import Testing

@testable import TomServer

private let secret = "a secret of thirty-two bytes or more"
private let now = 1_800_000_000.0

private func claims(
    sub: String? = "caller", callID: String? = "call-1", iat: Double? = now, exp: Double? = now + 60,
    nbf: Double? = nil, nonce: String? = "n1", jti: String? = nil, iss: String? = nil, aud: [String]? = nil,
    scope: String? = nil
) -> CallClaims {
    CallClaims(
        sub: sub, callID: callID, iat: iat, exp: exp, nbf: nbf, nonce: nonce, jti: jti, iss: iss,
        aud: aud.map { .init($0) },
        scope: scope.map { .init([$0]) })
}

private func sign(_ claims: CallClaims, secret: String = secret) async throws -> String {
    try await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256).sign(claims)
}

private func policy(_ configure: (inout ServerConfiguration) -> Void = { _ in }) async throws -> AccessPolicy {
    var configuration = ServerConfiguration()
    configuration.authentication.secret = secret
    configure(&configuration)
    let verifier: TokenVerifier? =
        if let secret = configuration.authentication.secret { try await TokenVerifier(secret: secret) } else { nil }
    return try AccessPolicy(configuration, verifier: verifier)
}

private func request(
    _ token: String? = nil, peer: String = "192.0.2.1", host: String? = "tom.example", origin: String? = nil,
    forwarded: Bool = false
) -> AccessRequest {
    var fields = HTTPFields()
    if let token { fields[.authorization] = "Bearer \(token)" }
    if let origin { fields[.origin] = origin }
    if forwarded { fields[.xForwardedFor] = "203.0.113.9" }
    return AccessRequest(peer: IPAddress(peer), host: host, fields: fields)
}

private func code(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch { return (error as? ServerError)?.code ?? "\(error)" }
}

struct TokenTests {
    @Test func aGoodTokenIsAdmittedOnce() async throws {
        let policy = try await policy()
        let token = try await sign(claims())
        let admission = try await policy.admitCall(request(token), callID: "call-1", now: now)
        #expect(admission.ticket == .init(uniqueID: "n1", expires: now + 60))
        try policy.redeem(admission, now: now)
        #expect(await code { try policy.redeem(admission, now: now) } == "auth.replayed_token")
        #expect(
            await code { _ = try await policy.admitCall(request(token), callID: "call-1", now: now) }
                == "auth.replayed_token")
    }

    @Test(arguments: [
        (claims(sub: nil), "auth.missing_claim"), (claims(sub: ""), "auth.missing_claim"),
        (claims(callID: nil), "auth.missing_claim"), (claims(callID: "other"), "auth.call_id_mismatch"),
        (claims(iat: nil), "auth.missing_claim"), (claims(exp: nil), "auth.missing_claim"),
        (claims(exp: now - 1), "auth.missing_claim"), (claims(iat: now - 70, exp: now - 10), "auth.expired_token"),
        (claims(iat: now + 10, exp: now + 60), "auth.issued_in_future"), (claims(nbf: now + 6), "auth.not_yet_valid"),
        (claims(exp: now + 61), "auth.lives_too_long"),
        (claims(nonce: nil), "auth.missing_claim"), (claims(nonce: ""), "auth.missing_claim"),
        (claims(nonce: String(repeating: "n", count: 257)), "auth.missing_claim"),
    ])
    func badClaimsAreRefused(claims: CallClaims, expected: String) async throws {
        let policy = try await policy()
        let token = try await sign(claims)
        #expect(
            await code { _ = try await policy.admitCall(request(token), callID: "call-1", now: now) } == expected)
    }

    @Test func aTokenCountsFromItsNotBeforeOnForgivingTheClocksDifference() async throws {
        let token = try await sign(claims(nbf: now + 5))
        #expect(try await policy().admitCall(request(token), callID: "call-1", now: now).ticket?.uniqueID == "n1")
        #expect(
            await code { _ = try await policy().admitCall(request(token), callID: "call-1", now: now - 1) }
                == "auth.not_yet_valid")
    }

    @Test func jtiStandsInForNonce() async throws {
        let token = try await sign(claims(nonce: nil, jti: "j1"))
        let admission = try await policy().admitCall(request(token), callID: "call-1", now: now)
        #expect(admission.ticket?.uniqueID == "j1")
    }

    @Test func issuerAndAudienceCountWhereConfigured() async throws {
        let strict = try await policy {
            $0.authentication.issuer = "https://id.example"
            $0.authentication.audience = "tom"
        }
        let cases: [(CallClaims, String?)] = [
            (claims(iss: "https://id.example", aud: ["other", "tom"]), nil),
            (claims(iss: "https://id.example"), "auth.wrong_audience"), (claims(aud: ["tom"]), "auth.wrong_issuer"),
        ]
        for (claims, expected) in cases {
            let token = try await sign(claims)
            #expect(
                await code { _ = try await strict.admitCall(request(token), callID: "call-1", now: now) } == expected)
        }
    }

    @Test func forgedTokensAreRefused() async throws {
        let policy = try await policy()
        let good = try await sign(claims())
        let parts = good.split(separator: ".").map(String.init)
        let none = Data(#"{"alg":"none"}"#.utf8).base64EncodedString().replacing("=", with: "")
        let cases: [(String, String)] = [
            ("", "auth.malformed_token"), ("x", "auth.malformed_token"), ("a.b.c", "auth.malformed_token"),
            ("\(parts[0]).\(parts[1]).", "auth.malformed_token"), ("\(none).\(parts[1]).AAAA", "auth.wrong_algorithm"),
            (try await sign(claims(), secret: "another secret of thirty-two bytes"), "auth.bad_signature"),
            ("\(parts[0]).\(parts[1]).\(String(parts[2].reversed()))", "auth.bad_signature"),
            (String(repeating: "a", count: 9_000), "auth.malformed_token"),
        ]
        for (token, expected) in cases {
            #expect(
                await code { _ = try await policy.admitCall(request(token), callID: "call-1", now: now) } == expected)
        }
        #expect(
            await code { _ = try await policy.admitCall(request(), callID: "call-1", now: now) } == "auth.missing_token"
        )
    }

    @Test func aShortSecretSignsAsItAlwaysDid() async throws {
        // made with: openssl dgst -sha256 -hmac short
        let signed = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.9R184LtMX-tsDDkOTnXcDbaOGLPnGwXFJTxDmZ8mWFQ"
        let verifier = try await TokenVerifier(secret: "short")
        #expect(try await verifier.claims(of: signed).sub == "a")
        let minted = try await TokenMint.token(secret: "short", callID: "c", subject: "s", scope: "operator")
        let claims = try await verifier.claims(of: minted)
        #expect(claims.callID == "c")
        #expect(claims.scopes == ["operator"])
        #expect(await code { _ = try await TokenVerifier(secret: "") } == "server.bad_setting")
    }

    @Test func keysOfASetAreAccepted() async throws {
        let (ec, ed) = (ES256PrivateKey(), try EdDSA.PrivateKey(curve: .ed25519))
        let ecParts = try #require(ec.publicKey.parameters)
        func url(_ text: String) -> String {
            text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        let edX = url(ed.publicKey.rawRepresentation.base64EncodedString())
        let jwks = """
            {"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","kid":"ec","x":"\(url(ecParts.x))","y":"\(url(ecParts.y))"},
            {"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"\(edX)"}]}
            """
        let verifier = try await TokenVerifier(jwks: Data(jwks.utf8), path: "keys.json")
        let signer = JWTKeyCollection()
        await signer.add(ecdsa: ec, kid: "ec")
        await signer.add(eddsa: ed, kid: "ed")
        await signer.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256, kid: "mac")
        #expect(try await verifier.claims(of: try await signer.sign(claims(), kid: "ec")) == claims())
        let unnamed = JWTKeyCollection()
        await unnamed.add(eddsa: ed)
        #expect(try await verifier.claims(of: try await unnamed.sign(claims())) == claims())
        let unknown = try await signer.sign(claims(), kid: "ed")
        #expect(await code { _ = try await verifier.claims(of: unknown) } == "auth.unknown_key")
        let confused = try await signer.sign(claims(), kid: "mac")
        #expect(await code { _ = try await verifier.claims(of: confused) } == "auth.wrong_algorithm")
        #expect(
            await code { _ = try await TokenVerifier(jwks: Data(#"{"keys":[]}"#.utf8), path: "keys.json") }
                == "server.unreadable_file")
    }

    @Test func withoutASecretOnlyLocalCallsAreTaken() async throws {
        let policy = try await policy { $0.authentication.secret = nil }
        let cases: [(AccessRequest, String?)] = [
            (request(peer: "127.0.0.1", host: "127.0.0.1:8080"), nil),
            (request(peer: "::1", host: "localhost:8080"), nil),
            (request(peer: "192.0.2.1", host: "127.0.0.1"), "auth.local_calls_only"),
            // a page whose name was rebound to loopback, and a proxy on this machine
            (request(peer: "127.0.0.1", host: "evil.example"), "auth.local_calls_only"),
            (request(peer: "127.0.0.1", host: "evil.example", origin: "http://evil.example"), "auth.local_calls_only"),
            (request(peer: "127.0.0.1", host: "localhost", forwarded: true), "auth.local_calls_only"),
            (request("any", peer: "127.0.0.1", host: "localhost"), "auth.unverifiable_token"),
        ]
        for (request, expected) in cases {
            #expect(await code { _ = try await policy.admitCall(request, callID: "c", now: now) } == expected)
        }
    }

    @Test func aMissingTokenMayBeAllowedButABadOneNever() async throws {
        let policy = try await policy { $0.authentication.allowMissingToken = true }
        #expect(try await policy.admitCall(request(), callID: "c", now: now) == CallAdmission())
        #expect(
            await code { _ = try await policy.admitCall(request("bad"), callID: "c", now: now) }
                == "auth.malformed_token")
        let open = try await self.open()
        #expect(try await open.admitCall(request(), callID: "c", now: now) == CallAdmission())
        #expect(
            await code { _ = try await open.admitCall(request("bad"), callID: "c", now: now) }
                == "auth.unverifiable_token")
    }

    private func open() async throws -> AccessPolicy {
        try await policy {
            $0.authentication.secret = nil
            $0.authentication.allowMissingToken = true
        }
    }

    @Test func operatorsNeedTheirScopeOrThisMachine() async throws {
        let policy = try await policy()
        let local = request(peer: "127.0.0.1", host: "localhost")
        #expect(await code { try await policy.admitOperator(local, now: now) } == "auth.missing_token")
        let plain = try await sign(claims())
        #expect(await code { try await policy.admitOperator(request(plain), now: now) } == "auth.missing_scope")
        let token = try await sign(claims(callID: nil, nonce: nil, scope: "read operator"))
        #expect(await code { try await policy.admitOperator(request(token), now: now) } == nil)
        let open = try await self.open()
        #expect(await code { try await open.admitOperator(local, now: now) } == nil)
        #expect(await code { try await open.admitOperator(request(), now: now) } == "auth.local_calls_only")
    }

    @Test func addressAndOriginListsHold() async throws {
        let policy = try await policy {
            $0.addressAllowList = ["10.0.0.0/8"]
            $0.authentication.allowMissingToken = true
        }
        #expect(await code { try policy.admitAddress(IPAddress("192.0.2.1")) } == "access.address_not_allowed")
        #expect(await code { try policy.admitAddress(IPAddress("10.1.1.1")) } == nil)
        #expect(
            await code {
                _ = try await policy.admitCall(request(origin: "https://evil.example"), callID: "c", now: now)
            }
                == "access.origin_not_allowed")
        #expect(await code { _ = try await self.policyWithBadList() } == "server.bad_setting")
    }

    private func policyWithBadList() async throws -> AccessPolicy {
        try await policy { $0.addressAllowList = ["nonsense"] }
    }
}

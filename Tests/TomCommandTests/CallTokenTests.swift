import Foundation
import JWTKit
import Testing
import TomErrors
import TomServer

@testable import tom

@Suite struct CallTokenTests {
    private func issuer(_ environment: [String: String]) throws -> CallTokenIssuer {
        try CallTokenIssuer(Settings(SettingSources(environment: environment).resolve()).admission)
    }

    /// The claims as a reader that knows nothing of TOM would declare them.
    private struct CallTokenClaims: JWTPayload {
        var sub: String
        var callID: String?
        var iat: Int
        var exp: Int
        var nonce: String
        var iss: String?
        var aud: String?
        var scope: String?

        enum CodingKeys: String, CodingKey {
            case sub, iat, exp, nonce, iss, aud, scope
            case callID = "call_id"
        }

        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    private func claims(_ token: String, secret: String) async throws -> CallTokenClaims {
        let keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        return try await keys.verify(token, as: CallTokenClaims.self)
    }

    @Test func theClaimsAreTheContracts() async throws {
        let secret = String(repeating: "k", count: 40)
        let issuer = try issuer(["JWT_SECRET": secret, "JWT_ISSUER": "tom", "JWT_AUDIENCE": "calls"])
        let now = Date(timeIntervalSince1970: 1_000_000.75)
        let first = try await issuer.issue(callID: "c-1", subject: "me", scope: "operator", lifetime: 60, at: now)
        let read = try await claims(first.token, secret: secret)
        #expect(read.callID == "c-1" && read.sub == "me" && read.scope == "operator")
        #expect(read.iat == 1_000_000 && read.exp == 1_000_060)
        #expect(read.iss == "tom" && read.aud == "calls")
        #expect(first.expiresAt == Date(timeIntervalSince1970: 1_000_060))
        let second = try await issuer.issue(callID: "c-1", subject: "me", scope: nil, lifetime: 60, at: now)
        let other = try await claims(second.token, secret: secret)
        #expect(other.nonce != read.nonce && !other.nonce.isEmpty)
        #expect(other.scope == nil)
        await #expect(throws: (any Error).self) {
            try await claims(first.token, secret: String(repeating: "x", count: 40))
        }
    }

    /// RFC 2104 section 2 fills a short key with zeros; the signature below is openssl's for the unpadded key:
    /// `printf %s "$head.$body" | openssl dgst -sha256 -hmac short -binary`.
    @Test func aShortSecretSignsAsItStands() async throws {
        let issuer = try issuer(["JWT_SECRET": "short"])
        let token = try await issuer.issue(callID: "c", subject: "s", scope: nil, lifetime: 5, at: Date())
        let parts = token.token.split(separator: ".").map(String.init)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl", "dgst", "-sha256", "-hmac", "short", "-binary"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data("\(parts[0]).\(parts[1])".utf8))
        try input.fileHandleForWriting.close()
        let mac = try #require(try output.fileHandleForReading.readToEnd())
        process.waitUntilExit()
        let expected = mac.base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        #expect(parts[2] == expected)
    }

    @Test func withoutASecretThereIsNoToken() {
        #expect(throws: TokenError.self) { try issuer([:]) }
    }

    @Test(arguments: [("a", true), ("A-b_c.d:9", true), ("", false), ("a/b", false), ("ä", false), ("a b", false)])
    func callIDsHaveTheirShape(text: String, isGood: Bool) {
        #expect(CallID.isValid(text) == isGood)
    }

    @Test func aCallIDHasAtMost100Characters() {
        #expect(CallID.isValid(String(repeating: "a", count: 100)))
        #expect(!CallID.isValid(String(repeating: "a", count: 101)))
    }
}

import JWTKit

/// The claims of a token as TOM reads them; unknown claims are ignored.
struct CallClaims: JWTPayload, Equatable {
    var sub: String?
    var callID: String?
    /// Seconds since the Unix epoch, as `exp`.
    var iat: Double?
    var exp: Double?
    /// Start of validity (RFC 7519 section 4.1.5); optional.
    var nbf: Double?
    var nonce: String?
    var jti: String?
    var iss: String?
    var aud: OneOrMany?
    var scope: OneOrMany?

    enum CodingKeys: String, CodingKey {
        case sub, iat, exp, nbf, nonce, jti, iss, aud, scope
        case callID = "call_id"
    }

    /// What makes the token one of a kind.
    var uniqueID: String? { nonce ?? jti }
    /// RFC 8693 section 4.2: scopes separated by spaces; lists are understood too.
    var scopes: [String] { (scope?.values ?? []).flatMap { $0.split(separator: " ").map(String.init) } }

    /// The signature is jwt-kit's; the claims are judged by `ClaimsPolicy`, which is given the time.
    func verify(using algorithm: some JWTAlgorithm) async throws {}

    /// A claim that may be one string or a list of strings (RFC 7519 section 4.1.3).
    struct OneOrMany: Codable, Sendable, Equatable {
        var values: [String]

        init(_ values: [String]) { self.values = values }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                values = [one]
            } else {
                values = try container.decode([String].self)
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            // Readers that know the short form only are met more often than the opposite.
            if values.count == 1 { try container.encode(values[0]) } else { try container.encode(values) }
        }
    }
}

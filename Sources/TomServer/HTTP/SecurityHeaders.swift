import HTTPTypes
import Hummingbird

/// Puts the headers on every response that keep a browser from doing more with it than the dashboard needs.
struct SecurityHeaders: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerRequestContext,
        next: (Request, ServerRequestContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        guard response.status != .switchingProtocols else { return response }
        response.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy(host: request.head.authority)
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.permissionsPolicy] = "microphone=(self), camera=(), geolocation=()"
        response.headers[.crossOriginOpenerPolicy] = "same-origin"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        return response
    }

    /// Scripts, worklets and styles from this server only, and connections to this server only.
    ///
    /// `'self'` covers a page's own WebSockets in browsers that follow CSP level 3; the server's own authority is named for
    /// the others, when it is one that cannot end the directive.
    static func contentSecurityPolicy(host: String?) -> String {
        var connect = "'self'"
        if let host, HostPort(host, defaultPort: 80) != nil, host.utf8.allSatisfy(isAuthorityByte) {
            connect += " ws://\(host) wss://\(host)"
        }
        return [
            "default-src 'none'", "script-src 'self'", "worker-src 'self'", "style-src 'self'", "img-src 'self'",
            "font-src 'self'", "media-src 'self' blob:", "manifest-src 'self'", "connect-src \(connect)",
            "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }

    private static func isAuthorityByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
            UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!  // a valid token
    static let permissionsPolicy = HTTPField.Name("Permissions-Policy")!  // a valid token
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!  // a valid token
}

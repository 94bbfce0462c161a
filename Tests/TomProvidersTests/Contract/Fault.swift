import NIOCore
import Testing
import TomErrors

/// What may go wrong with a provider, or with the way to it.
enum Fault: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// An answer in pieces, each in time, that takes longer in all than silence may.
    case slow
    /// The request is taken in and never answered.
    case hung
    /// The peer's program is gone, and its kernel keeps the connection and takes in what is sent.
    case halfOpen
    /// A host that does not answer the first packet.
    case neverConnected
    /// Silence in the middle of an answer.
    case hungMidAnswer
    case nobodyThere
    /// A certificate that nobody vouches for.
    case untrusted
    /// Plain text where TLS is expected.
    case plainText
    case unauthorized, forbidden, notFound, tooLarge, rateLimited, serverError
    /// An event, message, line or file that is none.
    case malformed
    /// A line of more than 1 MB, or a message beyond what is taken.
    case tooLong
    /// Text whose characters are split between pieces.
    case splitUTF8
    /// Audio that ends within a sample.
    case oddAudio
    case closedBeforeAnswer, resetBeforeAnswer
    case closedMidAnswer, resetMidAnswer

    var testDescription: String { rawValue }

    /// The status that is answered; `nil` where the fault is none.
    var status: String? {
        switch self {
        case .unauthorized: "401 Unauthorized"
        case .forbidden: "403 Forbidden"
        case .notFound: "404 Not Found"
        case .tooLarge: "413 Content Too Large"
        case .rateLimited: "429 Too Many Requests"
        case .serverError: "500 Internal Server Error"
        default: nil
        }
    }

    /// How the code of a status ends; `nil` where the fault is none.
    var statusCode: String? {
        switch self {
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .notFound: "not_found"
        case .tooLarge: "too_large"
        case .rateLimited: "rate_limited"
        case .serverError: "provider_failed"
        default: nil
        }
    }

    /// How long an engine waits, so that a fault it has to wait for is over soon and no other hits its limits.
    var patience: Patience {
        switch self {
        case .slow: Patience(connect: .seconds(20), silence: .milliseconds(600))
        case .hung, .hungMidAnswer: Patience(connect: .seconds(20), silence: .milliseconds(100))
        case .halfOpen, .neverConnected: Patience(connect: .milliseconds(100), silence: .milliseconds(100))
        default: Patience(connect: .seconds(20), silence: .seconds(20))
        }
    }
}

/// An engine's own time-outs.
struct Patience: Sendable {
    /// From the first packet to the connection, with its handshakes where the engine makes them itself.
    var connect: Duration
    var silence: Duration
}

/// What a fault is to an engine, and what it makes of it.
enum Cell: Sendable {
    case fault(Cause, Expected)
    /// The fault cannot exist for the engine, and why.
    case impossible(String)
}

/// How a fault is brought about.
enum Cause: Sendable {
    case http([ScriptedHTTP.Step])
    case tcp([ScriptedTCP.Cue])
    case webSocket(@Sendable (ScriptedWebSocket.Incoming) -> [ScriptedWebSocket.Step])
    /// A server with a certificate of its own making.
    case untrusted
    /// A server that answers TLS with the text of an HTTP error.
    case plainText
    case unanswered(UnansweringPort.Kind)
    case nobodyThere
    /// A program in place of the engine's own.
    case program(String)
    case noProgram
}

enum Expected: Sendable {
    /// The answer, as if nothing were.
    case whole
    /// - Parameters:
    ///   - code: behind the stage: `timeout`.
    ///   - passesOn: whether a part of the answer was passed on before.
    case error(_ code: String, passesOn: Bool = false)

    /// What every code is a case of.
    static func category(of code: String) -> ErrorCategory? {
        switch code {
        case "unauthorized": .authentication
        case "forbidden": .authorization
        case "not_found", "too_large": .invalidRequest
        case "rate_limited": .rateLimit
        case "timeout": .timeout
        case "tls", "unreachable", "connection_lost": .connectivity
        case "provider_failed", "malformed", "bad_audio", "bad_output", "crashed", "not_installed": .server
        default: nil
        }
    }

    /// Whether an engine that fails so is at fault itself, and left alone when it does so again and again.
    static func isOfEngine(_ code: String) -> Bool { code != "too_large" }
}

import Foundation
import Glibc

/// The two streams of a command: data goes to standard output, talk to standard error.
enum Terminal {
    /// Whether standard output is a terminal that may be given colours (no-color.org).
    static var standardOutputTakesColour: Bool { isatty(STDOUT_FILENO) == 1 && allowsColour }

    /// Whether standard error is a terminal, on which a line may be redrawn.
    static var standardErrorIsTerminal: Bool {
        isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Writes `text` to standard output as it is.
    static func write(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

    /// Writes `text` to standard error as it is.
    static func say(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

    /// Writes all of `bytes`, or gives up without a word: a full disk or a reader that has gone must not end the program, and
    /// there is nowhere left to say so. `FileHandle.write(_:)` would trap.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    /// Writes one warning to standard error.
    static func warn(_ text: String) { say("warning: \(text)\n") }

    private static var allowsColour: Bool {
        let environment = ProcessInfo.processInfo.environment
        return (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}

/// The JSON that commands print for scripts.
enum ScriptOutput {
    /// Encodes on one line, with a final line feed.
    static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }

    /// Encodes with sorted keys, RFC 3339 times and a final line feed.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}

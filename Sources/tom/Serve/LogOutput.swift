import Foundation
import Glibc
import Logging

/// Where logs go: standard error, as text for a person at a terminal or one JSON object a line for everything else.
enum LogOutput {
    static func logger(_ settings: Settings.Logs) -> Logger {
        let format = settings.format ?? (Terminal.standardErrorIsTerminal ? .text : .json)
        var logger = Logger(label: "tom") { label in
            switch format {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler()
            }
        }
        logger.logLevel = Logger.Level(rawValue: settings.level) ?? .info
        return logger
    }
}

/// One JSON object a line: `time`, `level`, `message` and the metadata's keys beside them.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
        fields["time"] = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        fields["level"] = event.level.rawValue
        fields["message"] = event.message.description
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(fields) else { return }
        Terminal.write(Array(line) + [UInt8(ascii: "\n")], to: STDERR_FILENO)
    }
}

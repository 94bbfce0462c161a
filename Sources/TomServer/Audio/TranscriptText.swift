import TomSession
import TomWire

/// A transcript in the forms of `POST /v1/audio/transcriptions`.
struct TranscriptText: Sendable {
    var language: String
    var durationMs: Int
    var utterances: [HeardSpeech.Utterance]

    var text: String { utterances.map(\.text).joined(separator: " ") }

    /// The body and its type.
    func body(_ format: TranscriptionForm.Format) -> (bytes: [UInt8], contentType: String) {
        switch format {
        case .json: (json(verbose: false), "application/json")
        case .verboseJSON: (json(verbose: true), "application/json")
        case .text: (Array((text + "\n").utf8), "text/plain; charset=utf-8")
        case .srt: (Array(srt.utf8), "application/x-subrip; charset=utf-8")
        case .vtt: (Array(vtt.utf8), "text/vtt; charset=utf-8")
        }
    }

    // MARK: JSON

    private func json(verbose: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        JSONWriter.append(to: &bytes) { writer in
            writer.object { writer in
                if verbose {
                    writer.field("task", "transcribe")
                    writer.field("language", language)
                    writer.field("duration", Double(durationMs) / 1_000)
                }
                writer.field("text", text)
                if verbose { writeSegments(&writer) }
                writeUsage(&writer)
            }
        }
        return bytes
    }

    /// What whisper's decoder would tell of a segment is not known here; readers insist on the members.
    private func writeSegments(_ writer: inout JSONWriter) {
        writer.array("segments", of: Array(utterances.enumerated())) { writer, element in
            let (index, utterance) = element
            writer.object { writer in
                writer.field("id", index)
                writer.field("seek", utterance.startMs / 10)
                writer.field("start", Double(utterance.startMs) / 1_000)
                writer.field("end", Double(utterance.endMs) / 1_000)
                writer.field("text", utterance.text)
                writer.array("tokens", of: [String]()) { $0.string($1) }
                writer.field("temperature", 0.0)
                writer.field("avg_logprob", 0.0)
                writer.field("compression_ratio", 1.0)
                writer.field("no_speech_prob", 0.0)
            }
        }
    }

    private func writeUsage(_ writer: inout JSONWriter) {
        writer.field("usage") { writer in
            writer.field("type", "duration")
            // whole seconds begun, as the hosted API bills them
            writer.field("seconds", (durationMs + 999) / 1_000)
        }
    }

    // MARK: Events

    /// `transcript.text.delta`: more words, which `before` came ahead of.
    static func delta(_ utterance: HeardSpeech.Utterance, isFirst: Bool) -> [UInt8] {
        ServerSentEvent.json { writer in
            writer.field("type", "transcript.text.delta")
            writer.field("delta", isFirst ? utterance.text : " " + utterance.text)
        }
    }

    /// `transcript.text.done`: the whole text.
    var done: [UInt8] {
        ServerSentEvent.json { writer in
            writer.field("type", "transcript.text.done")
            writer.field("text", text)
            writeUsage(&writer)
        }
    }

    // MARK: Subtitles

    private var srt: String {
        utterances.enumerated().map { index, utterance in
            "\(index + 1)\n\(time(utterance.startMs, ",")) --> \(time(utterance.endMs, ","))\n\(utterance.text)\n\n"
        }.joined()
    }

    private var vtt: String {
        "WEBVTT\n\n"
            + utterances.map { "\(time($0.startMs, ".")) --> \(time($0.endMs, "."))\n\($0.text)\n\n" }.joined()
    }

    /// `00:01:02,345`
    private func time(_ ms: Int, _ point: String) -> String {
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return "\(digits(ms / 3_600_000, 2)):\(digits(ms / 60_000 % 60, 2)):\(digits(ms / 1_000 % 60, 2))\(point)"
            + digits(ms % 1_000, 3)
    }
}

/// One event of `text/event-stream` with JSON as its data.
enum ServerSentEvent {
    static let contentType = "text/event-stream"

    /// What went wrong once the status was sent.
    static func failure(_ error: ServerError) -> [UInt8] {
        let body = APIErrorBody(error).error
        return json { writer in
            writer.field("type", "error")
            writer.field("error") { writer in
                writer.field("message", body.message)
                writer.field("type", body.type)
                writer.field("code", body.code)
                writer.nullableField("param", body.param)
            }
        }
    }

    /// JSON has no line feeds of its own: one `data` line holds it.
    static func json(_ fields: (inout JSONWriter) -> Void) -> [UInt8] {
        var bytes = Array("data: ".utf8)
        JSONWriter.append(to: &bytes) { $0.object(fields) }
        return bytes + [10, 10]
    }
}

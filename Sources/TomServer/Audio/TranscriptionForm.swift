import TomErrors

/// What `POST /v1/audio/transcriptions` asks for.
struct TranscriptionForm: Sendable {
    /// How the words are written.
    enum Format: String, Sendable, CaseIterable {
        case json, text, srt, vtt
        case verboseJSON = "verbose_json"
    }

    /// The file's bytes.
    var file: ArraySlice<UInt8>
    var model: String?
    /// BCP 47.
    var language: String?
    var format = Format.json
    /// Whether the words are sent as they are found.
    var streams = false

    /// Taken and without effect: no engine of TOM heeds them.
    private static let heedless: Set<String> = [
        "prompt", "temperature", "chunking_strategy", "chunking_strategy[type]",
    ]

    /// - Parameter maxFileBytes: of the file alone.
    /// - Throws: `ServerError`, with `parameter` naming the field at fault.
    init(_ form: MultipartForm, maxFileBytes: Int) throws(ServerError) {
        guard let file = form["file"] else { throw .missingField("file", hint: "Send the recording as a WAV file.") }
        guard !file.body.isEmpty else { throw .badField("file", "is empty") }
        guard file.body.count <= maxFileBytes else { throw .bodyTooLarge(maxFileBytes, parameter: "file") }
        self.file = file.body
        for part in form.parts where part.name != "file" { try take(part.name, part.text) }
        if streams, format != .json {
            throw .badField("stream", "goes with response_format json only", hint: "Leave one of the two out.")
        }
    }

    private mutating func take(_ name: String, _ text: String) throws(ServerError) {
        switch name {
        case "model": model = text.isEmpty ? nil : text
        case "language":
            guard text.utf8.count <= 35, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
            else {
                throw .badField(name, "is no BCP 47 language")
            }
            language = text.isEmpty ? nil : text
        case "response_format":
            guard let format = Format(rawValue: text) else {
                let known = Format.allCases.map(\.rawValue).joined(separator: ", ")
                throw .badField(name, "is none of \(known)", hint: "Send one of them.")
            }
            self.format = format
        case "stream":
            guard text == "true" || text == "false" else { throw .badField(name, "is neither true nor false") }
            streams = text == "true"
        case "timestamp_granularities", "timestamp_granularities[]":
            guard text == "segment" else {
                throw .badField(name, "is not segment", hint: "Times of single words are not known here.")
            }
        case "include", "include[]": throw .badField(name, "asks for what is not known here", hint: "Leave it out.")
        case _ where Self.heedless.contains(name): break
        default:
            throw ServerError(
                "unknown_parameter", status: 400, .invalidRequest, "a field of the form is not known here",
                hint: "Fields: file, model, language, prompt, response_format, temperature, stream.",
                parameter: String(name.prefix(64)))
        }
    }
}

extension ServerError {
    static func missingField(_ name: String, hint: String) -> ServerError {
        ServerError(
            "missing_required_parameter", status: 400, .invalidRequest, "the field '\(name)' is missing", hint: hint,
            parameter: name)
    }

    static func badField(_ name: String, _ problem: String, hint: String = "Correct it.") -> ServerError {
        ServerError(
            "invalid_value", status: 400, .invalidRequest, "the field '\(name)' \(problem)", hint: hint,
            parameter: name)
    }
}

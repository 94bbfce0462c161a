import Testing

@testable import TomServer

@Suite struct MultipartFormTests {
    private static let type = "multipart/form-data; boundary=xYz"

    private static func form(_ text: String, type: String? = type) throws -> MultipartForm {
        try MultipartForm(Array(text.utf8), contentType: type)
    }

    @Test func fieldsAndFilesAreRead() throws {
        let form = try Self.form(
            "--xYz\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
                + "--xYz \t\r\nContent-Type: audio/wav\r\ncontent-disposition: form-data; filename=\"a\\\"b.wav\"; name=file"
                + "\r\n\r\nRIFF\r\n\0\r\n--xY\r\n--xYz--\r\nwhat follows")
        #expect(form.parts.map(\.name) == ["model", "file"])
        #expect(form["model"]?.text == "whisper-1" && form["model"]?.filename == nil)
        #expect(form["file"]?.filename == "a\"b.wav")
        // line ends and what only begins like the boundary are the content's own
        #expect(form["file"].map { Array($0.body) } == Array("RIFF\r\n\0\r\n--xY".utf8))
        #expect(form["nothing"] == nil)
    }

    @Test func anEmptyFormAndEmptyFieldsAreForms() throws {
        #expect(try Self.form("--xYz--").parts.isEmpty)
        let form = try Self.form("--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--xYz--\r\n")
        #expect(form["a"]?.text == "")
    }

    @Test(arguments: [
        "multipart/form-data; boundary=\"xYz\"", "Multipart/Form-Data;charset=utf-8;BOUNDARY=xYz",
    ])
    func theBoundaryMayBeQuoted(type: String) throws {
        #expect(try Self.form("--xYz--", type: type).parts.isEmpty)
    }

    @Test(arguments: [
        nil, "", "application/json", "multipart/form-data", "multipart/mixed; boundary=xYz",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=" + String(repeating: "b", count: 71),
    ])
    func withoutABoundaryNothingIsRead(type: String?) {
        #expect(throws: ServerError.self) { try Self.form("--xYz--", type: type) }
    }

    @Test(arguments: [
        "", "--xY", "preamble\r\n--xYz--", "--xYz", "--xYz\r\n", "--xYzz\r\n",
        "--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end",
        "--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--xYz",
        "--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n--xYz--",
        "--xYz\r\nContent-Disposition: form-data\r\n\r\nx\r\n--xYz--",
        "--xYz\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--xYz--",
        "--xYz\r\n\r\nx\r\n--xYz--",
        "--xYz\r\nno colon\r\n\r\nx\r\n--xYz--",
        "--xYz\r\nX: " + String(repeating: "x", count: 9_000)
            + "\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--xYz--",
        String(repeating: "--xYz\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n", count: 65) + "--xYz--",
    ])
    func whatIsNoFormIsRefused(text: String) {
        let error = #expect(throws: ServerError.self) { try Self.form(text) }
        #expect(error?.status == 400 && error?.code == "invalid_multipart")
    }

    @Test func anyCutOfAFormIsRefusedOrReadWithoutATrap() throws {
        let whole = Array(
            "--xYz\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\\\r\n\r\nx\r\n--xYz--".utf8)
        for count in 0..<whole.count {
            #expect(throws: ServerError.self) { try MultipartForm(Array(whole.prefix(count)), contentType: Self.type) }
        }
        #expect(try MultipartForm(whole, contentType: Self.type).parts.count == 1)
    }

    // MARK: The form of a transcription

    private static func transcription(_ fields: [(String, String)]) throws -> TranscriptionForm {
        let parts = fields.map { "--xYz\r\nContent-Disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)\r\n" }
        return try TranscriptionForm(Self.form(parts.joined() + "--xYz--"), maxFileBytes: 10)
    }

    @Test func theFieldsOfATranscriptionAreRead() throws {
        let form = try Self.transcription([
            ("model", "anna"), ("file", "RIFF"), ("language", "de"), ("prompt", "p"), ("temperature", "0"),
            ("response_format", "verbose_json"), ("timestamp_granularities[]", "segment"),
        ])
        #expect(form.model == "anna" && form.language == "de" && form.format == .verboseJSON && !form.streams)
        #expect(Array(form.file) == Array("RIFF".utf8))
        let plain = try Self.transcription([("file", "R"), ("stream", "true"), ("language", "")])
        #expect(plain.format == .json && plain.streams && plain.language == nil && plain.model == nil)
    }

    @Test(arguments: [
        ([("model", "m")], "file"), ([("file", "")], "file"), ([("file", "01234567890")], "file"),
        ([("file", "R"), ("response_format", "xml")], "response_format"),
        ([("file", "R"), ("stream", "yes")], "stream"),
        ([("file", "R"), ("stream", "true"), ("response_format", "srt")], "stream"),
        ([("file", "R"), ("timestamp_granularities[]", "word")], "timestamp_granularities[]"),
        ([("file", "R"), ("include[]", "logprobs")], "include[]"), ([("file", "R"), ("speaker", "x")], "speaker"),
    ])
    func badFieldsAreNamed(fields: [(String, String)], parameter: String) {
        let error = #expect(throws: ServerError.self) { try Self.transcription(fields) }
        #expect(error?.parameter == parameter)
        #expect(error?.status == 400 || error?.status == 413)
    }
}

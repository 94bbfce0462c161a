import Testing
import TomConversation
import TomRealtime
import TomWire

/// The text that `write` writes.
func written(_ write: (inout JSONWriter) -> Void) -> String {
    var bytes: [UInt8] = []
    JSONWriter.append(to: &bytes, write)
    return String(decoding: bytes, as: UTF8.self)
}

/// The value of a JSON text, which is one object.
func json(_ text: String) throws -> JSONValue { .object(try JSONReader.object(Array(text.utf8))) }

/// What a session is before a client changes it.
let plainSession = RealtimeSession(id: "sess_1", expiresAt: 1_756_310_470, model: "receptionist", voice: "alloy")

extension RealtimeSession {
    /// The session after `session.update` with the JSON text `patch`.
    func updated(_ patch: String, _ dialect: RealtimeDialect = .ga, isNew: Bool = false) throws -> RealtimeSession {
        try applying(JSONReader.object(Array(patch.utf8)), dialect: dialect, isNew: isNew)
    }

    func text(_ dialect: RealtimeDialect = .ga) -> String { written { write(to: &$0, dialect: dialect) } }
}

/// A text frame decoded; the audio of an append is in `audio`.
struct Decoded: Equatable {
    var event: RealtimeClientEvent
    var eventID: String?
    var audio: [UInt8]

    init(_ text: String, _ dialect: RealtimeDialect = .ga) throws(RealtimeFault) {
        try self.init(Array(text.utf8), dialect)
    }

    init(_ text: [UInt8], _ dialect: RealtimeDialect = .ga) throws(RealtimeFault) {
        var audio: [UInt8] = [1, 2, 3]
        (event, eventID) = try RealtimeEventDecoder(dialect: dialect).decode(text, audioInto: &audio)
        self.audio = audio
    }
}

/// A JSON text, and the fault that it has to give.
struct BadText: Sendable, CustomTestStringConvertible {
    let text: String
    let code: String
    let param: String?

    init(_ text: String, _ code: String, _ param: String? = nil) {
        (self.text, self.code, self.param) = (text, code, param)
    }

    var testDescription: String { String(text.prefix(100)) }

    /// Expects `fault` to be the one, to name what is wrong and to say what to do: two sentences at least.
    func expect(_ fault: RealtimeFault?) {
        #expect(fault?.code == code)
        #expect(fault?.param == param)
        #expect(fault?.kind == .invalidRequest)
        guard let fault else { return }
        #expect(fault.message.split(separator: ". ").count >= 2 && fault.message.hasSuffix("."), "\(fault.message)")
        if let param, code != "invalid_json" { #expect(fault.message.contains("'\(param)'"), "\(fault.message)") }
    }
}

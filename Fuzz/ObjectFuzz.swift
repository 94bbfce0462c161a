// libFuzzer target for what clients of the Realtime API send: events, session updates, items and requests for secrets.
// Compiled together with the modules that read them (see run.sh). The first byte chooses the dialect and the reader.

/// What the readers are asked: never to trap, to name their faults, and that what they accept can be told and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // A copy on the heap of exactly this size lets AddressSanitizer see a read past the end.
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.first else { return 0 }
    let text = Array(input.dropFirst())
    let dialect: RealtimeDialect = choice & 1 == 0 ? .ga : .beta
    do {
        if choice & 2 == 0 { try event(text, dialect) } else { try secret(text) }
    } catch {
        precondition(!error.code.isEmpty && !error.message.isEmpty, "a fault says nothing")
        precondition(error.param.map { $0.utf8.count < 4_096 } ?? true, "a fault repeats what was sent")
    }
    return 0
}

private let session = RealtimeSession(id: "sess_1", expiresAt: 0, model: "m", voice: "v")

private func event(_ text: [UInt8], _ dialect: RealtimeDialect) throws(RealtimeFault) {
    var audio: [UInt8] = []
    let decoded = try RealtimeEventDecoder(dialect: dialect).decode(text, audioInto: &audio)
    switch decoded.event {
    case .sessionUpdate(let patch): try update(patch, dialect, isNew: false)
    case .itemCreate(let item, _): tell(item, dialect)
    case .responseCreate(let parameters):
        for case .item(let item) in parameters.input ?? [] { tell(item, dialect) }
    default: break
    }
}

private func secret(_ text: [UInt8]) throws(RealtimeFault) {
    let request = try text.span.withUnsafeBytes { bytes throws(RealtimeFault) in
        try RealtimeSecretRequest(body: bytes)
    }
    try update(request.session, .ga, isNew: true)
}

/// What is told of a session can be sent back but for what only a server says, and changes nothing.
private func update(
    _ patch: [String: JSONValue], _ dialect: RealtimeDialect, isNew: Bool
) throws(RealtimeFault) {
    let updated = try session.applying(patch, dialect: dialect, isNew: isNew)
    var told = try JSONReader.object(text(updated, dialect))
    for name in ["id", "object", "expires_at"] { told[name] = nil }
    if dialect == .beta, updated.kind == .transcription { told["type"] = "transcription" }
    var expected = updated
    // The keys to tool servers are not told.
    expected.tools = updated.tools.map { tool in
        guard case .mcp(let label, .object(var members)) = tool else { return tool }
        members["authorization"] = nil
        members["headers"] = nil
        return .mcp(label: label, .object(members))
    }
    // As texts: a number that is whole may be read as an integer the second time.
    let again = try? updated.applying(told, dialect: dialect)
    precondition(again.map { text($0, dialect) } == text(expected, dialect), "a session changed on its way")
}

private func tell(_ item: RealtimeItem, _ dialect: RealtimeDialect) {
    let told = text(item, dialect)
    let again = try? RealtimeItem(.object(try JSONReader.object(told)), dialect: dialect, param: "item")
    precondition(again.map { text($0, dialect) } == told, "an item changed on its way")
}

private func text(_ session: RealtimeSession, _ dialect: RealtimeDialect) -> [UInt8] {
    written { session.write(to: &$0, dialect: dialect) }
}

private func text(_ item: RealtimeItem, _ dialect: RealtimeDialect) -> [UInt8] {
    written { item.write(to: &$0, dialect: dialect, includesAudio: true) }
}

private func written(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    JSONWriter.append(to: &bytes, write)
    return bytes
}

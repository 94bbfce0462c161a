import Testing
import TomWire

/// What one side encodes the other decodes unchanged.
struct RoundTripTests {
    @Test(arguments: Samples.fullClient + Samples.bareClient)
    func clientEvents(sample: Sample<ClientEvent>) throws {
        let decoded = try decodeClient(sample.json)
        #expect(decoded.event == sample.message)
        #expect(decoded.audio == sample.audio)
    }

    @Test(arguments: Samples.fullServer + Samples.bareServer)
    func serverEvents(sample: Sample<ServerMessage>) throws {
        let decoded = try decodeServer(sample.json)
        #expect(decoded.message == sample.message)
        #expect(decoded.audio == sample.audio)
    }

    @Test func samplesCoverEveryType() {
        let client = Samples.fullClient.map(\.message.name)
        #expect(Set(client) == Set(ClientEvent.Name.allCases).subtracting([.audio]))
        #expect(Samples.fullServer.map(\.message.event.name).count == ServerEvent.Name.allCases.count)
        #expect(Set(Samples.fullServer.map(\.message.event.name)) == Set(ServerEvent.Name.allCases))
    }

    /// A message cut off anywhere is an error, never an event and never a crash.
    @Test(arguments: Samples.fullClient)
    func clientEventsCutAnywhere(sample: Sample<ClientEvent>) {
        for length in 0..<sample.json.count {
            let error = #expect(throws: WireError.self) { try decodeClient(Array(sample.json[..<length])) }
            #expect(error?.kind == .invalidJSON || error?.kind == .invalidUTF8, "\(length) bytes")
        }
    }

    @Test(arguments: Samples.fullServer)
    func serverEventsCutAnywhere(sample: Sample<ServerMessage>) {
        for length in 0..<sample.json.count {
            let error = #expect(throws: WireError.self) { try decodeServer(Array(sample.json[..<length])) }
            #expect(error?.kind == .invalidJSON || error?.kind == .invalidUTF8, "\(length) bytes")
        }
    }

    @Test func pongRepeatsWhatPingSaid() throws {
        for json in ["17", "-0.50e+3", "\"a\\u00e9/\\/\"", "null", "true", "123456789012345678901234567890"] {
            let ping = try decodeClient(#"{"type":"ping","id":\#(json),"ts": \#(json) }"#).event
            guard case .ping(let ts, let id) = ping else { Issue.record("no ping"); return }
            let pong = serverSample(.pong(ts: ts, id: id))
            #expect(pong.text == #"{"type":"pong","ts":\#(json),"id":\#(json)}"#)
        }
        #expect(serverSample(.pong(ts: nil, id: nil)).text == #"{"type":"pong","ts":1764000000123}"#)
    }

    @Test func audioIsAlsoAcceptedAsAudio() throws {
        let decoded = try decodeClient(#"{"data":"AAE=","type":"audio"}"#)
        #expect(decoded.event == .audio(byteCount: 2, ts: nil, seq: nil))
        #expect(decoded.audio == [0, 1])
    }

    /// Buffers are reused: what a longer message left behind must not show.
    @Test func theAudioBufferHoldsExactlyTheLastMessage() throws {
        var audio: [UInt8] = []
        let decoder = ClientMessageDecoder()
        for count in [640, 2, 0x200, 4] {
            let sample = clientSample(.audio(byteCount: count, ts: nil, seq: nil), audio: Array(pcm[..<count]))
            _ = try decoder.decode(sample.json.span, audioInto: &audio)
            #expect(audio == sample.audio)
        }
        _ = try decoder.decode(Array(#"{"type":"commit"}"#.utf8).span, audioInto: &audio)
        #expect(audio.count == 4)
    }

    @Test func encodersAppend() {
        var bytes = Array("<".utf8)
        ServerEventEncoder.encode(.heartbeat, ts: 1, into: &bytes)
        ServerEventEncoder.encode(.ttsEnd(responseID: "r1"), ts: -2, into: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"<{"type":"heartbeat","ts":1}{"type":"tts_end","ts":-2,"response_id":"r1"}"#)
    }
}

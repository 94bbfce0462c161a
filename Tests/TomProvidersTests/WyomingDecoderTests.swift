import NIOCore
import Testing

@testable import TomProviders

/// The framing of the Wyoming protocol, without a socket.
@Suite("Wyoming events")
struct WyomingDecoderTests {
    private static func events(_ pieces: [[UInt8]]) throws -> [WyomingEvent] {
        var decoder = WyomingDecoder()
        var events: [WyomingEvent] = []
        for piece in pieces {
            decoder.append(ByteBuffer(bytes: piece))
            while let event = try decoder.next() { events.append(event) }
        }
        return events
    }

    private static func failure(_ text: String) -> String? {
        do {
            _ = try events([Array(text.utf8)])
            return nil
        } catch { return (error as? WyomingDecoder.Malformed)?.what }
    }

    /// As the protocol's own Python library writes them: data behind the line.
    private static let library: [UInt8] = {
        let format = #"{"rate":22050,"width":2,"channels":1}"#
        let words = #"{"text":"Grüß Gott","language":"de"}"#
        let lines = [
            #"{"type":"audio-start","version":"1.10.2","data_length":\#(format.utf8.count)}"# + "\n" + format,
            #"{"type":"audio-chunk","version":"1.10.2","data_length":\#(format.utf8.count),"payload_length":3}"# + "\n"
                + format + "a\n{",
            #"{"type":"audio-stop","version":"1.10.2"}"# + "\n",
            #"{"type":"transcript","data_length":\#(words.utf8.count)}"# + "\n" + words,
        ]
        return Array(lines.joined().utf8)
    }()

    private static let expected: [WyomingEvent] = [
        .audioStart(WyomingAudioFormat(rate: 22_050, width: 2, channels: 1)),
        .audioChunk(WyomingAudioFormat(rate: 22_050, width: 2, channels: 1), Array("a\n{".utf8)),
        .audioStop, .transcript("Grüß Gott", language: "de"),
    ]

    @Test func eventsMayBeSplitAnywhere() throws {
        let bytes = Self.library
        #expect(try Self.events([bytes]) == Self.expected)
        #expect(try Self.events(bytes.map { [$0] }) == Self.expected)
        for cut in 1..<bytes.count {
            #expect(try Self.events([Array(bytes[..<cut]), Array(bytes[cut...])]) == Self.expected, "\(cut)")
        }
    }

    @Test func dataMayStandInTheLineAndBehindIt() throws {
        let text =
            #"{"type":"transcript","data":{"text":"a","language":"en"},"data_length":12}"# + "\n" + #"{"text":"b"}"#
        #expect(try Self.events([Array(text.utf8)]) == [.transcript("b", language: "en")])
    }

    @Test func theRestOfTheProtocolIsRead() throws {
        let lines = [
            #"{"type":"transcript-start"}"#, #"{"type":"transcript-chunk","data":{"text":"he"}}"#,
            #"{"type":"transcript-stop"}"#, #"{"type":"synthesize-stopped","data":null,"payload_length":null}"#,
            #"{"type":"error","data":{"text":"said by Erika","code":"VoiceNotFoundError"}}"#,
            #"{"type":"error","data":{"text":"x","code":"Erika said so"}}"#, #"{"type":"pong","data":{"a":[1,{}]}}"#,
        ]
        #expect(
            try Self.events([Array((lines.joined(separator: "\n") + "\n").utf8)]) == [
                .other, .transcriptChunk("he"), .transcriptStop, .synthesizeStopped, .error("VoiceNotFoundError"),
                .error(nil), .other,
            ])
    }

    @Test func whatAServerCanDoIsReadLeniently() throws {
        let text = #"""
            {"type":"info","data":{"asr":[],"tts":[{"name":"piper","version":"2.5.2",
            "supports_synthesize_streaming":true,"voices":[{"name":"tone","languages":["en_US"],"installed":true},
            {"name":"gone","languages":["fr"],"installed":false},
            {"name":"x","languages":["de","en_US"]}]}],"wake":[{"name":"w"}]}}
            """#.replacing("\n", with: "") + "\n" + #"{"type":"info","data":{"asr":"?","tts":[{}]}}"# + "\n"
        let program = WyomingInfo.Program(
            name: "piper", version: "2.5.2", names: ["tone", "x"], languages: ["de", "en_US"], isStreaming: true)
        let bare = WyomingInfo.Program(name: "", version: nil, names: [], languages: [], isStreaming: false)
        #expect(
            try Self.events([Array(text.utf8)]) == [
                .info(WyomingInfo(transcribers: [], synthesizers: [program])),
                .info(WyomingInfo(transcribers: [], synthesizers: [bare])),
            ])
    }

    private static let malformed = [
        "\n", "nonsense\n", "[1]\n", "{}\n", #"{"type":7}"# + "\n", #"{"type":"a","data_length":-1}"# + "\n",
        #"{"type":"a","payload_length":"7"}"# + "\n", #"{"type":"a","payload_length":1.5}"# + "\n",
        #"{"type":"a","payload_length":99999999}"# + "\n", #"{"type":"a","data_length":99999999}"# + "\n",
        #"{"type":"a","data_length":2}"# + "\n[]", #"{"type":"transcript"}"# + "\n",
        #"{"type":"audio-chunk","data":{"rate":1}}"# + "\n",
        #"{"type":"audio-start","data":{"rate":"1","width":2,"channels":1}}"# + "\n",
        String(repeating: "x", count: 1 << 20) + "x", String(repeating: "[", count: 100_000) + "\n",
    ]

    @Test func whatIsNoEventIsMalformed() {
        for text in Self.malformed {
            let what = Self.failure(text)
            #expect(what != nil, "\(text.prefix(80))")
            #expect(what?.contains("nonsense") != true)
        }
    }

    @Test func requestsAreEventsToo() throws {
        func text(_ request: WyomingRequest) -> String {
            var buffer = ByteBuffer()
            request.write(into: &buffer)
            return String(buffer: buffer)
        }
        #expect(text(.describe) == #"{"type":"describe"}"# + "\n")
        #expect(
            text(.transcribe(model: nil, language: "en")) == #"{"data":{"language":"en"},"type":"transcribe"}"# + "\n")
        #expect(
            text(.synthesize("a \"b\"\nü", voice: WyomingVoice(name: "tone", language: nil)))
                == #"{"data":{"text":"a \"b\"\nü","voice":{"name":"tone"}},"type":"synthesize"}"# + "\n")
        #expect(
            text(.audioChunk([0x6261, 0x0A63]))
                == #"{"type":"audio-chunk","data":{"rate":16000,"width":2,"channels":1},"payload_length":4}"#
                + "\nabc\n")
    }

    @Test(arguments: [
        ("tcp://127.0.0.1:10200", "127.0.0.1", 10_200), ("TCP://tts.local:1/", "tts.local", 1),
        ("tcp://[::1]:65535", "::1", 65_535),
    ])
    func addressesAreRead(url: String, host: String, port: Int) throws {
        let endpoint = try WyomingEndpoint(url: url, stage: "stt")
        #expect(endpoint.host == host && endpoint.port == port)
    }

    @Test(arguments: [
        "", "127.0.0.1:10200", "http://127.0.0.1:80", "tcp://127.0.0.1", "tcp://:80", "tcp://a:0", "tcp://a:65536",
        "tcp://a:80/x", "tcp://user@a:80", "tcp://::1:80", "tcp://a b:80", "tcp://[::1:80",
    ])
    func aBadAddressIsRefused(url: String) {
        let error = #expect(throws: (any Error).self) { try WyomingEndpoint(url: url, stage: "stt") }
        #expect("\(error!)".contains("stt.bad_url"))
    }
}

import NIOCore
import Testing
import TomEngines

@testable import TomProviders

/// Deepgram's results put together, without a server.
@Suite("Deepgram's results")
struct DeepgramTurnTests {
    private func results(
        _ text: String, final: Bool = false, speechFinal: Bool = false, fromFinalize: Bool = false, seconds: Double = 1,
        confidence: Double = 0.9
    ) -> String {
        """
        {"type":"Results","channel_index":[0,1],"duration":\(seconds),"start":0.0,"is_final":\(final),\
        "speech_final":\(speechFinal),"from_finalize":\(fromFinalize),"channel":{"alternatives":[{"transcript":"\(text)",\
        "confidence":\(confidence),"words":[]}]},"metadata":{"request_id":"x"}}
        """
    }

    private func events(_ messages: [String], closingBefore: Int = .max) throws -> [TranscriptionEvent] {
        var turn = DeepgramTurn(language: "en")
        var events: [TranscriptionEvent] = []
        for (index, text) in messages.enumerated() {
            if index == closingBefore { turn.close() }
            let message = try #require(DeepgramMessage(ByteBuffer(string: text)), "\(text)")
            if let event = turn.take(message) { events.append(event) }
        }
        return events
    }

    @Test func settledWordsAreKeptAndOthersReplaced() throws {
        let got = try events(
            [
                results(""), results("hello"), results("hello there"),
                results("Hello there.", final: true, speechFinal: true, seconds: 3, confidence: 1), results("are"),
                results("Are you", final: true, confidence: 0.5),
                #"{"type":"SpeechStarted","channel":[0],"timestamp":1}"#,
                results("open?", final: true, fromFinalize: true, seconds: 0), #"{"type":"Metadata","channels":1}"#,
            ], closingBefore: 7)
        #expect(
            got == [
                .interim(text: "hello", turnComplete: nil), .interim(text: "hello there", turnComplete: nil),
                .interim(text: "Hello there.", turnComplete: true),
                .interim(text: "Hello there. are", turnComplete: nil),
                .interim(text: "Hello there. Are you", turnComplete: nil),
                .final(Transcript(text: "Hello there. Are you open?", language: "en", confidence: 0.875)),
                .final(Transcript(text: "Hello there. Are you open?", language: "en", confidence: 0.875)),
            ])
    }

    @Test func theSummaryEndsATurnWithNothingToFlush() throws {
        let messages = [results("Hello.", final: true), #"{"type":"Metadata","duration":1.0,"channels":1}"#]
        #expect(
            try events(messages, closingBefore: 1).last
                == .final(Transcript(text: "Hello.", language: "en", confidence: 0.9)))
        #expect(
            try events([#"{"type":"Metadata"}"#], closingBefore: 0) == [.final(Transcript(text: "", language: "en"))])
        #expect(try events([#"{"type":"Metadata"}"#]).isEmpty, "not before the turn's end")
    }

    @Test func aLongSilenceEndsAPhrase() throws {
        let got = try events([
            #"{"type":"UtteranceEnd","channel":[0,1],"last_word_end":2.4}"#, results("Hello.", final: true),
            #"{"type":"UtteranceEnd","channel":[0,1],"last_word_end":2.4}"#,
        ])
        #expect(got.last == .interim(text: "Hello.", turnComplete: true) && got.count == 2)
    }

    @Test(arguments: [
        "", "nonsense", "[]", "{}", #"{"type":7}"#, #"{"type":"Results"}"#, #"{"type":"Results","channel":{}}"#,
        #"{"type":"Results","channel":{"alternatives":[]}}"#, "\u{0}",
    ])
    func whatIsNoMessageIsNone(text: String) {
        #expect(DeepgramMessage(ByteBuffer(string: text)) == nil)
    }

    @Test func aTranscriptIsBounded() throws {
        let long = String(repeating: "word ", count: 2_000)
        let got = try events(Array(repeating: results(long, final: true), count: 20))
        let text = if case .interim(let text, _)? = got.last { text } else { "" }
        #expect((50_000..<80_000).contains(text.utf8.count))
    }
}

import Testing
import TomAudio
import TomConversation
import TomEngines
import TomSession
import TomTestKit

/// What a session does for a client that leads its call, beyond what the conversation decides.
@Suite("Sessions that a client leads")
struct ClientLedSessionTests {
    private static let pcm = AudioFormat(codec: .pcm16, sampleRate: .hz24000)
    private static let mu = AudioFormat(codec: .pcmu, sampleRate: .hz8000)

    private static func settings(_ change: (inout ClientSettings) -> Void = { _ in }) -> ClientSettings {
        var settings = ClientSettings(input: pcm, output: pcm)
        change(&settings)
        return settings
    }

    private func ends(_ call: SessionCall) -> [ResponseEnd] {
        call.link.events.compactMap { if case .responseEnded(_, let end) = $0 { end } else { nil } }
    }

    @Test func replyAudioGoesOutAtOnceInPiecesOfUpToATenthOfASecond() throws {
        let samples = ramp(24_100)
        let call = try SessionCall(
            model: ScriptedLanguageModel.saying("One sentence."),
            synthesizer: ScriptedSynthesizer.making(samples, rate: .hz24000, chunk: 5_000), settings: Self.settings())
        try call.led?.receive(.respond(ResponseRequestID(1), RequestedResponse()))
        #expect(call.link.audio() == PCM16.encode(samples))
        #expect(call.link.frames.allSatisfy { $0.at == .zero && $0.bytes.count <= 4_800 })
        #expect(call.link.frames.count < 15)
        #expect(ends(call) == [.completed])
    }

    @Test func oneResponseMayHaveAFormatOfItsOwn() throws {
        let call = try SessionCall(
            model: ScriptedLanguageModel.saying("One sentence."),
            synthesizer: ScriptedSynthesizer.making(ramp(8_000), rate: .hz8000), settings: Self.settings())
        var wanted = RequestedResponse()
        wanted.output = Self.mu
        try call.led?.receive(.respond(ResponseRequestID(1), wanted))
        try call.led?.receive(.respond(ResponseRequestID(2), RequestedResponse()))
        let sizes = [ResponseID(1), ResponseID(2)].map { call.link.audio(of: $0).count }
        #expect(sizes[0] == 8_000 && sizes[1] > 47_000)
        #expect(ends(call) == [.completed, .completed])
    }

    @Test func theModelIsToldWhatTheClientWants() throws {
        let model = ScriptedLanguageModel.saying("Fine.")
        let tool = ToolDescription(name: "weather", description: "", parameters: ["type": "object"])
        let call = try SessionCall(
            model: model, settings: Self.settings { $0.response.speaks = false })
        try call.led?.receive(.respond(ResponseRequestID(1), RequestedResponse()))
        var wanted = RequestedResponse()
        wanted.tools = [tool]
        wanted.directions = ResponseDirections()
        wanted.directions?.instructions = "Be brief."
        wanted.history = [Item(id: ItemID(-1), turn: TurnID(0), content: .typed("Hello"))]
        try call.led?.receive(.respond(ResponseRequestID(2), wanted))
        let requests = [model.started[0].request, model.started[1].request]
        #expect(requests[0].directions == nil && requests[0].tools.map(\.name) == ["take_message", "end_call"])
        #expect(requests[1].directions?.instructions == "Be brief." && requests[1].tools == [tool])
        #expect(requests[1].history.map(\.content) == [.typed("Hello")])
    }

    @Test func aCallOfTheClientsToolIsTheClients() throws {
        let tool = ToolDescription(name: "weather", description: "", parameters: ["type": "object"])
        let model = ScriptedLanguageModel {
            $0.deliver(.toolCall(ToolCall(id: "c1", name: "weather", arguments: [:])), .finished)
        }
        let tools = StubTools { _, _, _ in Issue.record("TOM ran the client's tool") }
        let call = try SessionCall(model: model, tools: tools, settings: Self.settings { $0.response.tools = [tool] })
        try call.led?.receive(.respond(ResponseRequestID(1), RequestedResponse()))
        let contents = call.led?.items.map(\.content)
        #expect(contents == [.toolCall(ToolCall(id: "c1", name: "weather", arguments: [:], isForClient: true))])
    }

    @Test func audioOfItemsIsKeptAndCutWithThem() throws {
        let samples = ramp(24_000)
        let transcriber = ScriptedTranscriber.hearing("hello")
        let call = try SessionCall(
            transcriber: transcriber, model: ScriptedLanguageModel.saying("One sentence."),
            synthesizer: ScriptedSynthesizer.making(samples, rate: .hz24000), settings: Self.settings())
        call.speak(1_000)
        call.stayQuiet(1_500)
        let items = call.led?.items ?? []
        #expect(items.map(\.content.words) == ["hello", "One sentence."])
        // The turn with what surrounds it, at the rate the client sends.
        let heard = call.led?.audio(of: items[0].id)?.count ?? 0
        #expect((48_000...110_000).contains(heard))
        #expect(call.led?.audio(of: items[1].id) == PCM16.encode(samples))
        try call.led?.receive(.input(.truncate(items[1].id, audioMs: 500)))
        #expect(call.led?.audio(of: items[1].id)?.count == 24_000)
        #expect(call.led?.audio(of: ItemID(99)) == nil)
    }

    @Test func tokensAreThoseOfTheResponse() throws {
        let model = ScriptedLanguageModel { generation in
            generation.request.meter?.report(TokenUse(prompt: 10, cached: 4, completion: 3), engine: "scripted")
            generation.deliver(.text("Fine."), .finished)
        }
        let call = try SessionCall(model: model, settings: Self.settings())
        try call.led?.receive(.respond(ResponseRequestID(1), RequestedResponse()))
        #expect(call.led?.tokens(of: ResponseID(1)) == TokenUse(prompt: 10, cached: 4, completion: 3))
        #expect(call.led?.tokens(of: ResponseID(2)) == nil)
    }

    @Test func theClientMayTakeOverTheEndOfTurnsAndGiveItBack() throws {
        let call = try SessionCall(
            transcriber: ScriptedTranscriber.hearing("hello"), model: ScriptedLanguageModel.saying("Fine."),
            settings: Self.settings())
        try call.led?.receive(
            .configure(
                Self.settings {
                    $0.turnEnd = .client
                    $0.turnPolicy.answers = false
                }))
        call.speak(1_000)
        try call.led?.receive(.input(.commit))
        // A few milliseconds are on their way through the resampler.
        #expect(call.led?.items.count == 1 && (980...1_000).contains(call.led?.inputMs ?? 0))
        try call.led?.receive(.configure(Self.settings()))
        call.speak(1_000)
        call.stayQuiet(1_500)
        let onsets = call.link.events.compactMap { if case .utteranceBegan(_, let ms) = $0 { ms } else { nil } }
        #expect(onsets.count == 1 && (980...1_200).contains(onsets[0]))
        #expect(ends(call) == [.completed])
    }

    @Test func aTurnGivenAsAWholeIsTranscribed() throws {
        let transcriber = ScriptedTranscriber.hearing("given")
        let call = try SessionCall(transcriber: transcriber, settings: Self.settings())
        try call.led?.receive(.hear(PCM16.encode(call.voice(1_000))))
        #expect(call.led?.items.map(\.content.words) == ["given"])
    }

    @Test func aRequestThatIsRefusedLeavesNothingBehind() throws {
        let model = ScriptedLanguageModel()
        let call = try SessionCall(model: model, settings: Self.settings { $0.response.speaks = false })
        var wanted = RequestedResponse()
        wanted.directions = ResponseDirections()
        wanted.directions?.instructions = "Be brief."
        try call.led?.receive(.respond(ResponseRequestID(1), RequestedResponse()))
        try call.led?.receive(.respond(ResponseRequestID(2), wanted))
        #expect(call.link.events.contains(.refused(.responseIsActive(ResponseID(1)))))
        model.started[0].deliver(.text("Fine."), .finished)
        try call.led?.receive(.respond(ResponseRequestID(3), RequestedResponse()))
        #expect(model.started[1].request.directions == nil)
    }
}

extension Item.Content {
    /// What was said, by either side.
    fileprivate var words: String? {
        switch self {
        case .speech(let words, _): words
        case .reply(let words, _): words
        default: nil
        }
    }
}

public import CoreMetrics
import Foundation
import Logging
import NIOCore
public import TomAudio
public import TomConversation
public import TomEngines
public import TomSession

/// One call of a real session on a virtual event loop: the test speaks into it in virtual real time and reads what comes back.
///
/// Used within one synchronous test function; nothing in it waits.
public final class SessionCall {
    /// The call's time.
    public let loop: VirtualEventLoop
    /// What came back.
    public private(set) var link: RecordingLink
    /// `nil` once it was let go.
    public private(set) var session: (any CallSession)?
    /// The same, of a call that its client leads.
    public private(set) var led: (any ClientLedSession)?
    /// What the caller sends.
    public let input: AudioFormat
    /// Milliseconds of audio fed so far.
    public private(set) var fedMs = 0
    private var voicePhase = 0

    /// A call of an agent with these engines, begun.
    ///
    /// - Parameter settings: of a client that leads the call; `nil` where none does.
    public init(
        transcriber: (any Transcriber)? = nil, model: (any LanguageModel)? = nil,
        synthesizer: (any SpeechSynthesizer)? = nil, speech: (any SpeechModel)? = nil,
        speechDetector: (any SpeechDetector)? = nil, turnEndJudge: (any TurnEndJudge)? = nil,
        greeting: String? = nil, apology: String? = nil, canned: CannedSpeech = CannedSpeech(),
        tools: any ToolRunner = StubTools(),
        metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        input: AudioFormat = .wideband, output: AudioFormat = .wideband, manualTurns: Bool = false,
        callID: String = "call-1", settings: ClientSettings? = nil,
        loop: VirtualEventLoop = VirtualEventLoop(), configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws {
        self.input = settings?.input ?? input
        self.loop = loop
        let start = loop.now
        link = RecordingLink(now: { .nanoseconds((loop.now - start).nanoseconds) })
        var configuration = SessionConfiguration()
        configuration.conversation.idle.promptAfter = nil
        configure(&configuration)
        var profile = CallProfile.test(
            CallEngines(
                transcriber: transcriber, languageModel: model, synthesizer: synthesizer,
                speechDetector: speechDetector, turnEndJudge: turnEndJudge), greeting: greeting)
        profile.engines.speechModel = speech
        profile.canned = canned
        if let apology { profile.texts.apology = apology }
        let factory = SessionFactory(
            profiles: [profile], defaultAgent: "test", configuration: configuration, tools: tools, metrics: metrics,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        var options = CallOptions(callID: callID, input: input, output: output, manualTurns: manualTurns)
        if let settings {
            (options.input, options.output) = (settings.input, settings.output)
            led = try factory.makeSession(options, settings: settings, link: link, eventLoop: loop)
            session = led
        } else {
            session = try factory.makeSession(options, link: link, eventLoop: loop)
        }
        session?.begin()
    }

    /// A session holds a timer on the loop until its call ends.
    deinit { hangUp() }

    // MARK: What the caller does

    /// Sends `samples` (at the input rate) as they are spoken, in messages of `messageMs`.
    public func feed(_ samples: [Int16], messageMs: Int = 20) {
        let perMessage = input.sampleRate.hertz * messageMs / 1_000
        var start = 0
        while start < samples.count {
            let end = min(start + perMessage, samples.count)
            loop.advance(by: .nanoseconds(Int64(end - start) * 1_000_000_000 / Int64(input.sampleRate.hertz)))
            send(Array(samples[start..<end]))
            start = end
        }
        fedMs += samples.count * 1_000 / input.sampleRate.hertz
    }

    /// Sends one message now.
    public func send(_ samples: [Int16]) {
        var bytes: [UInt8] = []
        switch input.codec {
        case .pcm16: PCM16.encode(samples.span, into: &bytes)
        case .pcmu: G711.encode(samples.span, law: .mu, into: &bytes)
        case .pcma: G711.encode(samples.span, law: .a, into: &bytes)
        }
        bytes.withUnsafeBytes { session?.receiveAudio($0) }
    }

    /// Speaks for so long.
    public func speak(_ ms: Int, messageMs: Int = 20) { feed(voice(ms), messageMs: messageMs) }
    /// Sends silence for so long.
    public func stayQuiet(_ ms: Int) { feed([Int16](repeating: 0, count: input.sampleRate.hertz * ms / 1_000)) }
    /// The client sends nothing at all.
    public func wait(_ ms: Int) { loop.advance(by: .milliseconds(ms)) }
    /// Does what the caller's client does besides audio.
    public func receive(_ input: CallerInput) { session?.receive(input) }

    /// The caller is gone.
    public func hangUp() {
        session?.end(Termination(result: .completed, reason: .callerHungUp))
        loop.run()
    }

    /// Lets go of the session, as a transport that is closed does.
    public func dropSession() {
        session = nil
        led = nil
        link = RecordingLink(now: { .zero })
    }

    /// A buzz with the harmonics of a voice at 150 Hz, swelling five times a second, at about -16 dBFS. Each call goes on
    /// where the last one stopped.
    public func voice(_ ms: Int) -> [Int16] {
        let count = input.sampleRate.hertz * ms / 1_000
        defer { voicePhase += count }
        let second = Self.voices[input.sampleRate] ?? []
        return (0..<count).map { second[(voicePhase + $0) % second.count] }
    }

    /// One second of voice at each rate; a whole number of its periods.
    private static let voices = Dictionary(
        uniqueKeysWithValues: SampleRate.supported.map { rate in
            let samples = (0..<rate.hertz).map { index in
                let time = Double(index) / Double(rate.hertz)
                let harmonics = (1...20).reduce(0.0) { $0 + sin(2 * .pi * 150 * Double($1) * time) / Double($1) }
                return Int16(6_000 * harmonics * (0.6 + 0.4 * sin(2 * .pi * 5 * time)))
            }
            return (rate, samples)
        })

    // MARK: What came back

    /// Words of the caller's turns, in order.
    public var transcripts: [String] {
        link.events.compactMap { if case .transcriptFinal(let text, _, _, _) = $0 { text } else { nil } }
    }
    /// How the turns ended.
    public var turnEnds: [TurnStatus] {
        link.events.compactMap { if case .turnEnded(_, _, let status, _) = $0 { status } else { nil } }
    }
    /// Codes of what the client was told of.
    public var notices: [String] {
        link.events.compactMap { if case .notice(let code, _) = $0 { code } else { nil } }
    }
    /// What the client was given to read, piece by piece.
    public var texts: [String] {
        link.events.compactMap { if case .responseText(let text, _, _) = $0 { text } else { nil } }
    }
    /// Replies that were interrupted.
    public var bargeIns: [ResponseID] {
        link.events.compactMap { if case .bargeIn(let id, _, _) = $0 { id } else { nil } }
    }
}

extension AudioFormat {
    /// PCM16 at 16 kHz: what engines take, so that nothing is converted.
    public static let wideband = AudioFormat(codec: .pcm16, sampleRate: .hz16000)
}

extension CallProfile {
    /// An agent of few words.
    public static func test(_ engines: CallEngines, greeting: String? = nil) -> CallProfile {
        var texts = Conversation.Texts()
        texts.greeting = greeting
        return CallProfile(
            agentID: "test", language: "en", voice: nil, texts: texts, backchannels: ["mhm"], engines: engines)
    }
}

/// Tools that do what a closure says.
public struct StubTools: ToolRunner {
    public typealias Body = @Sendable (ToolCall, ToolContext, @escaping @Sendable (ToolOutput) -> Void) -> Void
    private let body: Body

    public init(
        body: @escaping Body = { call, _, deliver in
            deliver(ToolOutput(callID: call.id, succeeded: true, output: "done"))
        }
    ) { self.body = body }

    /// Does what the closure says.
    public func run(_ call: ToolCall, in context: ToolContext, deliver: @escaping @Sendable (ToolOutput) -> Void) {
        body(call, context, deliver)
    }
}

/// A ramp in which every sample differs from its neighbours, so that a missing, doubled or misplaced one shows.
public func ramp(_ count: Int) -> [Int16] { (0..<count).map { Int16(truncatingIfNeeded: $0 &* 31 &+ 7) } }

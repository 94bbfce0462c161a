import Foundation
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomSession
import TomTestKit

@testable import TomProviders

/// What came of one turn of a real session with an engine under contract at its stage, on its real port.
struct ContractCall: Sendable, Equatable {
    /// What was played, in order: sentences of the voices that spell, and `…` for any other sound. A sentence that was not
    /// played to its end has `…` behind it.
    var heard: [String] = []
    /// Codes of what the client was told of.
    var notices: [String] = []
    var ends: [TurnStatus] = []

    static let apology = "Sorry."
    private static let sentences = ["First.", "Second.", apology]

    /// Holds one turn. The session's time stands still while the engine is at work, and goes on while it is not, so that what
    /// is heard does not depend on how fast the machine is.
    /// - Parameter hasSecond: whether another engine could take over.
    static func hold(_ engine: ContractEngine, _ bench: Bench, hasSecond: Bool) async throws -> ContractCall {
        // Said beforehand, as by a server that is up.
        var texts = Conversation.Texts()
        texts.apology = apology
        let canned = await CannedSpeech.speak(
            texts, language: "en", voice: nil, with: spelling, patience: .seconds(10)
        ).speech
        // A session's event loop stays on one thread, which waits for the engine and must be none of Swift's own.
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let call = try call(to: hasSecond ? bench.engine.withSecond() : bench.engine, canned)
                        return run(call, engine, bench.watch)
                    })
            }
        }
    }

    private static func call(to engine: AnyEngine, _ canned: CannedSpeech) throws -> SessionCall {
        func make(
            _ transcriber: (any Transcriber)? = nil, _ model: (any LanguageModel)? = nil,
            _ voice: (any SpeechSynthesizer)? = nil, speech: (any SpeechModel)? = nil
        ) throws -> SessionCall {
            try SessionCall(
                transcriber: transcriber, model: model, synthesizer: voice ?? spelling, speech: speech,
                apology: apology, canned: canned)
        }
        return switch engine {
        case .transcriber(let transcriber): try make(transcriber, echo)
        case .model(let model): try make(nil, model)
        case .voice(let voice): try make(nil, ScriptedLanguageModel.saying("First."), voice)
        case .speech(let speech): try make(speech: speech)
        }
    }

    private static func run(_ call: SessionCall, _ engine: ContractEngine, _ watch: Watch) -> ContractCall {
        if engine.stage == .stt {
            call.speak(800)
            call.stayQuiet(700)
        } else {
            call.receive(.text("hello"))
        }
        for _ in 0..<100 where call.turnEnds.isEmpty {
            watch.wait { call.wait(0) }
            call.wait(100)
        }
        return ContractCall(heard: heard(call.link.audio()), notices: call.notices, ends: call.turnEnds)
    }

    // MARK: Engines at the other stages

    /// Answers a turn by who heard it.
    private static var echo: ScriptedLanguageModel {
        ScriptedLanguageModel { generation in
            guard case .speech(let words?, _) = generation.request.history.last?.content else { return }
            generation.deliver(.text(words == "hello" ? "Second." : "First."), .finished)
        }
    }

    /// Speaks each sentence as 200 ms of a value of its own.
    static var spelling: ScriptedSynthesizer {
        ScriptedSynthesizer { synthesis in
            let value = sentences.firstIndex(of: synthesis.request.text).map { 4_000 * ($0 + 1) } ?? 0
            synthesis.deliver(
                .audio([Int16](repeating: Int16(value), count: sentenceSamples), rate: .hz16000), .finished)
        }
    }

    private static let sentenceSamples = 3_200

    private static func heard(_ audio: [UInt8]) -> [String] {
        var runs: [(name: String, count: Int)] = []
        for sample in PCM16.decode(audio) {
            let index = Int(sample) / 4_000 - 1
            let isSpelt = sample % 4_000 == 0 && sentences.indices.contains(index)
            let name = isSpelt ? sentences[index] : "…"
            if runs.last?.name == name { runs[runs.count - 1].count += 1 } else { runs.append((name, 1)) }
        }
        return runs.map { $0.name == "…" || $0.count == sentenceSamples ? $0.name : $0.name + "…" }
    }
}

extension AnyEngine {
    /// In an order with a second engine behind it, which hears "hello", answers "Second." and spells.
    func withSecond(
        now: @escaping @Sendable () -> Instant = { .start },
        onOpened: @escaping @Sendable (String, CircuitBreaker.Cause) -> Void = { _, _ in }
    ) -> AnyEngine {
        var policy = FailoverPolicy()
        // The engine's own time-outs end what never ends.
        policy.patience = .seconds(60)
        return switch self {
        case .transcriber(let engine):
            .transcriber(
                FailoverTranscriber(
                    [engine, ScriptedTranscriber.hearing("hello")], policy: policy, now: now, onOpened: onOpened))
        case .model(let engine):
            .model(
                FailoverLanguageModel(
                    [engine, ScriptedLanguageModel.saying("Second.")], policy: policy, now: now, onOpened: onOpened))
        case .voice(let engine):
            .voice(
                FailoverSynthesizer(
                    [engine, ContractCall.spelling], policy: policy, now: now, onOpened: onOpened))
        case .speech: preconditionFailure("a speech model stands alone")
        }
    }
}

import Synchronization
import Testing
import TomConversation
import TomEngines
import TomErrors

@testable import TomProviders

/// What every engine keeps, whatever its provider does: an error that says what happened and nothing of what was said, a
/// breaker that counts it, and a caller who hears an answer.
@Suite("Contract of engines", .timeLimit(.minutes(2)))
struct ContractTests {
    /// Brings `fault` about for `engine`; does nothing where it cannot exist.
    private func with(
        _ engine: ContractEngine, _ fault: Fault, _ body: (Bench, Expected) async throws -> Void
    ) async throws {
        let gate = Gate()
        switch engine.cell(fault, gate) {
        case .impossible(let reason): #expect(!reason.isEmpty)
        case .fault(let cause, let expected):
            try await Bench.with(engine, cause, fault.patience, gate: gate) { try await body($0, expected) }
        }
    }

    private func check(_ error: EngineError?, of engine: ContractEngine, _ code: String, _ fault: Fault) {
        guard let error else { return #expect(Bool(false), "no error") }
        #expect(error.code == "\(engine.stage).\(code)")
        #expect(error.category == Expected.category(of: code))
        #expect(error.hint?.isEmpty == false && !error.message.isEmpty)
        for secret in [Bench.key, "secret", "Erika"] {
            #expect(!"\(error)".contains(secret), "neither the key nor what the provider wrote")
        }
        if engine.wyoming != nil, fault == .serverError {
            #expect(error.message.contains("KeyError"), "the server's own word")
        } else if let status = fault.status {
            #expect(error.message.contains(status.prefix(3)) && error.message.contains("bad_thing"))
            #expect(error.message.contains("7 s") == (fault == .rateLimited))
        }
        if fault == .nobodyThere {
            #expect(error.hint?.contains(engine == .piperProgram ? "TTS_PIPER_PATH" : "_URL") == true)
        }
    }

    @Test(arguments: ContractEngine.allCases, Fault.allCases)
    func aFaultIsAnErrorOfItsOwn(engine: ContractEngine, fault: Fault) async throws {
        try await with(engine, fault) { bench, expected in
            let outcome = await bench.engine.ask()
            switch expected {
            case .whole:
                #expect(outcome.isFinished && outcome.error == nil)
                #expect(engine.stage == .tts ? outcome.hasPassedOn : outcome.said.joined().hasPrefix("Grüß Gott"))
            case .error(let code, let passesOn):
                check(outcome.error, of: engine, code, fault)
                #expect(!outcome.isFinished && outcome.hasPassedOn == passesOn)
            }
        }
    }

    /// Three errors in a minute open the breaker, unless they are the request's own.
    @Test(arguments: ContractEngine.allCases.filter { $0.standsAlone == nil }, Fault.allCases)
    func theBreakerCountsWhatIsTheEnginesFault(engine: ContractEngine, fault: Fault) async throws {
        try await with(engine, fault) { bench, expected in
            let seconds = Mutex(0)
            let opened = Mutex<[String]>([])
            let order = bench.engine.withSecond(
                now: { Instant(milliseconds: seconds.withLock { $0 } * 1_000) },
                onOpened: { name, cause in opened.withLock { $0.append("\(name) \(cause.rawValue)") } })
            guard case .error(let code, let passesOn) = expected else {
                #expect(await order.ask().isFinished)
                return #expect(opened.withLock { $0 }.isEmpty)
            }
            let isCounted = Expected.isOfEngine(code)
            for asked in 1...3 {
                let outcome = await order.ask()
                #expect(bench.watch.begun == asked)
                #expect(opened.withLock { $0 } == (asked == 3 && isCounted ? ["\(engine.name) errors"] : []))
                if passesOn, engine.stage != .stt {
                    #expect(outcome.error?.code == "\(engine.stage).\(code)" && outcome.successor == "scripted")
                } else {
                    #expect(outcome.failovers.map(\.error.code) == ["\(engine.stage).\(code)"])
                    #expect(outcome.failovers.map(\.from) == [engine.name] && outcome.isFinished)
                }
                seconds.withLock { $0 += 29 }
            }
            let fourth = await order.ask()
            #expect(bench.watch.begun == (isCounted ? 3 : 4), "left alone, where it is at fault")
            #expect(fourth.isFinished && fourth.failovers.isEmpty == isCounted)
        }
    }

    @Test(arguments: ContractEngine.allCases.filter { $0.standsAlone == nil }, Fault.allCases)
    func theCallerHearsTheNextEngineAndNothingOfTheFirst(engine: ContractEngine, fault: Fault) async throws {
        try await with(engine, fault) { bench, expected in
            let call = try await ContractCall.hold(engine, bench, hasSecond: true)
            #expect(call.ends == [.completed])
            if case .whole = expected {
                #expect(call.heard == engine.ownWords && call.notices.isEmpty)
            } else {
                #expect(call.heard == (engine.stage == .tts ? ["First."] : ["Second."]))
                #expect(call.notices == ["\(engine.stage).failover"])
            }
        }
    }

    @Test(arguments: ContractEngine.allCases, Fault.allCases)
    func theCallerHearsAnApologyWhereNobodyTakesOver(engine: ContractEngine, fault: Fault) async throws {
        try await with(engine, fault) { bench, expected in
            let call = try await ContractCall.hold(engine, bench, hasSecond: false)
            guard case .error(let code, _) = expected else {
                return #expect(call.heard == engine.ownWords && call.ends == [.completed])
            }
            #expect(call.heard == [ContractCall.apology] && call.ends == [.failed])
            #expect(call.notices == ["\(engine.stage).\(code)"])
        }
    }

    /// A part of the answer is out, and nobody can take it back.
    @Test(arguments: ContractEngine.allCases.filter { $0.stage != .stt }, [true, false])
    func whatWasHalfHeardIsApologisedFor(engine: ContractEngine, hasSecond: Bool) async throws {
        guard engine.standsAlone == nil || !hasSecond else { return }
        let gate = Gate()
        let cause: Cause =
            switch engine {
            case .piperProgram: .program(ContractEngine.cut(at: 44 + 16_001))
            case .wyomingVoice: .tcp([.at("synthesize", .send(engine.heardEvents), .hold(gate), .reset)])
            case .realtime: engine.breakingOffHeard(gate)
            default: .http(engine.beginning(engine.heardPart) + [.hold(gate), .reset])
            }
        try await Bench.with(engine, cause, Fault.malformed.patience, gate: gate) { bench in
            let call = try await ContractCall.hold(engine, bench, hasSecond: hasSecond)
            #expect(call.heard == [engine == .openAIModel ? "First." : "…", ContractCall.apology])
            #expect(call.ends == [.failed] && call.notices.count == 1)
        }
    }
}

extension ContractEngine {
    /// What is heard of an answer of its own.
    fileprivate var ownWords: [String] {
        stage == .stt ? ["First."] : ["…"]
    }
}

import NIOCore
import Synchronization
import TomConversation
import TomErrors
import TomSession

/// What a session was told, in order.
enum Told: Sendable, Equatable {
    case begin
    case audio([UInt8])
    case input(CallerInput)
    case end(Termination)
}

/// A session that records what it is told and answers by a script.
final class ScriptedSession: CallSession {
    typealias Script = @Sendable (_ told: Told, _ link: any CallLink) -> Void

    private let link: any CallLink
    private let factory: ScriptedFactory
    private let script: Script

    init(link: any CallLink, factory: ScriptedFactory, script: @escaping Script) {
        (self.link, self.factory, self.script) = (link, factory, script)
    }

    func begin() { told(.begin) }
    func receiveAudio(_ bytes: UnsafeRawBufferPointer) { told(.audio(Array(bytes))) }
    func receive(_ input: CallerInput) { told(.input(input)) }
    /// As the real one does, it closes its link with what it knows.
    func end(_ termination: Termination) {
        told(.end(termination))
        link.close(termination)
    }

    private func told(_ told: Told) {
        factory.note(told)
        script(told, link)
    }
}

/// Makes scripted sessions and keeps what all of them were told.
final class ScriptedFactory: CallSessionFactory {
    struct UnknownAgent: DescribedError {
        var code: String { "agent.unknown" }
        var message: String { "there is no such agent." }
        var hint: String? { "Leave it out." }
        var category: ErrorCategory { .invalidRequest }
    }

    private struct State {
        var told: [Told] = []
        var options: [CallOptions] = []
        var waiters: [(condition: @Sendable ([Told]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }
    private let script: ScriptedSession.Script
    private let state = Mutex(State())

    init(_ script: @escaping ScriptedSession.Script = { _, _ in }) { self.script = script }

    var engineNames: EngineNames { EngineNames(stt: "mock", llm: "mock", tts: "off") }
    var told: [Told] { state.withLock { $0.told } }
    var options: [CallOptions] { state.withLock { $0.options } }

    func makeSession(
        _ options: CallOptions, link: any CallLink, eventLoop: any EventLoop
    ) throws -> any CallSession {
        if options.agent == "nobody" { throw UnknownAgent() }
        state.withLock { $0.options.append(options) }
        return ScriptedSession(link: link, factory: self, script: script)
    }

    fileprivate func note(_ told: Told) {
        let ready = state.withLock { state in
            state.told.append(told)
            let all = state.told
            let ready = state.waiters.filter { $0.condition(all) }
            state.waiters.removeAll { $0.condition(all) }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Waits until what was told fulfils the condition.
    func wait(until condition: @escaping @Sendable ([Told]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if condition(state.told) { return true }
                state.waiters.append((condition, continuation))
                return false
            }
            if now { continuation.resume() }
        }
    }
}

extension ScriptedSession {
    /// Answers every audio message with one event, typed text with a reply, and hanging up with goodbye.
    static let echoing: Script = { told, link in
        switch told {
        case .audio(let bytes): link.send(.speechStarted(audioMs: bytes.count))
        case .input(.text(let text)):
            link.send(.responseAudioStarted(response: ResponseID(1), turn: TurnID(1)))
            link.send(.responseText(text, turn: TurnID(1), response: ResponseID(1)))
            Array(text.utf8).withUnsafeBytes {
                link.sendAudio($0, response: ResponseID(1), turn: TurnID(1), seq: 0)
            }
            link.send(.responseAudioEnded(response: ResponseID(1)))
        case .begin, .input, .end: break
        }
        link.flush()
    }
}

import Foundation
import Synchronization
import TomConversation
import TomEngines

/// Collects what syntheses report and lets tests wait for it.
final class EspeakRecorder: Sendable {
    private struct State {
        var events: [SynthesisEvent] = []
        var waiters: [(@Sendable ([SynthesisEvent]) -> Bool, CheckedContinuation<[SynthesisEvent], Never>)] = []
    }
    private let state = Mutex(State())

    func record(_ event: SynthesisEvent) {
        let ready = state.withLock { state in
            state.events.append(event)
            let events = state.events
            let ready = state.waiters.filter { $0.0(events) }.map { ($0.1, events) }
            state.waiters.removeAll { $0.0(events) }
            return ready
        }
        for (continuation, events) in ready { continuation.resume(returning: events) }
    }

    var events: [SynthesisEvent] { state.withLock { $0.events } }

    func wait(until condition: @escaping @Sendable ([SynthesisEvent]) -> Bool) async -> [SynthesisEvent] {
        await withCheckedContinuation { continuation in
            let events: [SynthesisEvent]? = state.withLock { state in
                if condition(state.events) { return state.events }
                state.waiters.append((condition, continuation))
                return nil
            }
            if let events { continuation.resume(returning: events) }
        }
    }

    /// All events of one synthesis.
    func whole() async -> [SynthesisEvent] { await wait { $0.last?.isTerminal == true } }
}

extension SynthesisEvent {
    var isTerminal: Bool {
        if case .audio = self { false } else { true }
    }
    var failureCode: String? {
        if case .failed(let error) = self { error.code } else { nil }
    }
    var samples: [Int16] {
        if case .audio(let samples, _) = self { samples } else { [] }
    }
}

extension EspeakSynthesizer {
    @discardableResult
    func say(
        _ text: String, language: String = "en", voice: String? = nil,
        deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        let segment = SegmentID(response: ResponseID(1), index: 0)
        let request = SynthesisRequest(segment: segment, text: text, language: language, voice: voice)
        return synthesize(request, deliver: deliver)
    }

    func events(_ text: String, language: String = "en", voice: String? = nil) async -> [SynthesisEvent] {
        let recorder = EspeakRecorder()
        say(text, language: language, voice: voice, deliver: recorder.record)
        return await recorder.whole()
    }
}

extension EspeakSynthesizer {
    /// Waits for cancelled sentences, which report nothing when they are done.
    func becomesIdle() async {
        while load != (waiting: 0, running: 0) { await Task.yield() }
    }
}

/// What the kernel knows of this process and its children.
enum ProcessTable {
    struct Child: Sendable, Equatable {
        let processID: Int32
        let state: String
        let commandLine: String
    }

    static var children: [Child] {
        let own = getpid()
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { entry in
            guard let processID = Int32(entry), let stat = text("/proc/\(entry)/stat"),
                let end = stat.lastIndex(of: ")")
            else { return nil }
            let fields = stat[stat.index(after: end)...].split(separator: " ")
            guard fields.count > 1, Int32(fields[1]) == own else { return nil }
            let line = (text("/proc/\(entry)/cmdline") ?? "").replacingOccurrences(of: "\0", with: " ")
            return Child(processID: processID, state: String(fields[0]), commandLine: line)
        }
    }

    /// Open pipe ends of this process.
    static var pipeCount: Int {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return entries.count { entry in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + entry)
            return target?.hasPrefix("pipe:") == true
        }
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}

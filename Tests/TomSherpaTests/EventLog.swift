import Synchronization
import TomAudio
import TomConversation
import TomEngines

/// Collects what an engine reports and lets a test wait for it.
final class EventLog<Event: Sendable>: Sendable {
    private struct State {
        var events: [Event] = []
        var waiters: [(@Sendable ([Event]) -> Bool, CheckedContinuation<[Event], Never>)] = []
    }
    private let state = Mutex(State())

    var events: [Event] { state.withLock { $0.events } }

    func record(_ event: Event) {
        let (ready, events) = state.withLock { state in
            state.events.append(event)
            let events = state.events
            let ready = state.waiters.filter { $0.0(events) }.map { $0.1 }
            state.waiters.removeAll { $0.0(events) }
            return (ready, events)
        }
        for continuation in ready { continuation.resume(returning: events) }
    }

    func wait(until condition: @escaping @Sendable ([Event]) -> Bool) async -> [Event] {
        await withCheckedContinuation { continuation in
            let events: [Event]? = state.withLock { state in
                if condition(state.events) { return state.events }
                state.waiters.append((condition, continuation))
                return nil
            }
            if let events { continuation.resume(returning: events) }
        }
    }
}

extension TranscriptionEvent {
    var final: Transcript? { if case .final(let transcript) = self { transcript } else { nil } }
    var failure: String? { if case .failed(let error) = self { error.code } else { nil } }
    var isTerminal: Bool { final != nil || failure != nil }
}

extension SynthesisEvent {
    var isTerminal: Bool {
        switch self {
        case .finished, .failed, .broke: true
        case .audio, .failedOver: false
        }
    }
    var failure: String? { if case .failed(let error) = self { error.code } else { nil } }
}

extension Transcriber {
    func begin(_ log: EventLog<TranscriptionEvent>, language: String = "en") -> any Transcription {
        transcribe(
            TranscriptionRequest(turn: TurnID(1), language: language, expectation: .open), deliver: log.record)
    }

    /// Hears a whole turn, in frames of 20 ms.
    func events(of samples: [Int16], language: String = "en") async -> [TranscriptionEvent] {
        let log = EventLog<TranscriptionEvent>()
        let turn = begin(log, language: language)
        turn.feed(samples)
        turn.finish()
        return await log.wait { $0.last?.isTerminal == true }
    }

    func hears(_ samples: [Int16], language: String = "en") async -> String? {
        await events(of: samples, language: language).last?.final?.text
    }
}

extension Transcription {
    func feed(_ samples: [Int16]) {
        for start in stride(from: 0, to: samples.count, by: 320) {
            append(samples.span.extracting(start..<min(start + 320, samples.count)))
        }
    }
}

extension SpeechSynthesizer {
    func begin(_ text: String, _ log: EventLog<SynthesisEvent>, speed: Double = 1) -> any EngineTask {
        let request = SynthesisRequest(
            segment: SegmentID(response: ResponseID(1), index: 0), text: text, language: "en", voice: nil,
            speed: speed)
        return synthesize(request, deliver: log.record)
    }

    func events(of text: String, speed: Double = 1) async -> [SynthesisEvent] {
        let log = EventLog<SynthesisEvent>()
        _ = begin(text, log, speed: speed)
        return await log.wait { $0.last?.isTerminal == true }
    }

    /// The audio of `text`, and its rate.
    func says(_ text: String, speed: Double = 1) async -> (samples: [Int16], rate: Int) {
        var spoken: (samples: [Int16], rate: Int) = ([], 0)
        for case .audio(let samples, let rate) in await events(of: text, speed: speed) {
            spoken = (spoken.samples + samples, rate.hertz)
        }
        return spoken
    }
}

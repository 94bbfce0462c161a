import Foundation
import Synchronization
import TomAudio
import TomConversation
import TomEngines
import TomPocketSphinx

/// Sentences as a caller's line delivers them: 16 kHz, 300 ms of line noise around them, noise 20 dB below the speech.
enum SpokenAudio {
    static func samples(_ text: String, voice: String, seed: UInt64 = 1) async throws -> [Int16] {
        let speech = try await synthesized(text, voice: voice)
        let power = speech.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, speech.count))
        var noise = Noise(state: seed)
        let amplitude = (power / 100).squareRoot() * 0.5
        let pause = [Int16](repeating: 0, count: 4_800)
        return (pause + speech + pause).map { Int16(clamping: Int(Double($0) * 0.5 + noise.next() * amplitude)) }
    }

    /// A sentence within white noise, which begins two seconds ahead of it.
    /// - Parameter ratio: of the speech to the noise, in dB.
    static func noisy(_ text: String, voice: String, ratio: Double) async throws -> (lead: Int, samples: [Int16]) {
        let (lead, speech) = (32_000, try await samples(text, voice: voice).map(Double.init))
        let power = speech.reduce(0) { $0 + $1 * $1 } / Double(speech.count)
        var noise = Noise(state: 11)
        let amplitude = (power / pow(10, ratio / 10)).squareRoot()
        let mixed = (0..<lead + speech.count).map { index in
            Int16(clamping: Int((index < lead ? 0 : speech[index - lead]) + noise.next() * amplitude))
        }
        return (lead, mixed)
    }

    /// Noise alone.
    static func silence(seconds: Int) -> [Int16] {
        var noise = Noise(state: 7)
        return (0..<seconds * 16_000).map { _ in Int16(noise.next() * 30) }
    }

    private static func synthesized(_ text: String, voice: String) async throws -> [Int16] {
        let request = SynthesisRequest(
            segment: SegmentID(response: ResponseID(1), index: 0), text: text, language: "en", voice: voice)
        let (stream, continuation) = AsyncStream<SynthesisEvent>.makeStream()
        let engine = EspeakSynthesizer()
        _ = engine.synthesize(request) { event in
            continuation.yield(event)
            if case .audio = event { return }
            continuation.finish()
        }
        var resampler = try Resampler(from: .hz22050, to: .hz16000)
        var converted: [Int16] = []
        for await event in stream {
            switch event {
            case .audio(let samples, _): resampler.process(samples.span, into: &converted)
            case .finished, .failedOver: break
            case .failed(let error): throw error
            case .broke(let failover): throw failover.error
            }
        }
        resampler.flush(into: &converted)
        return converted
    }

    /// Roughly Gaussian, of unit variance, the same for a seed.
    private struct Noise {
        var state: UInt64
        mutating func next() -> Double {
            var sum = 0.0
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                sum += Double(state >> 40) / Double(1 << 24)
            }
            return sum - 6
        }
    }
}

/// Collects what one transcription reports and lets a test wait for it.
final class TranscriptRecorder: Sendable {
    private struct State {
        var events: [TranscriptionEvent] = []
        var waiters: [(@Sendable ([TranscriptionEvent]) -> Bool, CheckedContinuation<[TranscriptionEvent], Never>)] = []
    }
    private let state = Mutex(State())

    var events: [TranscriptionEvent] { state.withLock { $0.events } }

    func record(_ event: TranscriptionEvent) {
        let (ready, events) = state.withLock { state in
            state.events.append(event)
            let events = state.events
            let ready = state.waiters.filter { $0.0(events) }.map { $0.1 }
            state.waiters.removeAll { $0.0(events) }
            return (ready, events)
        }
        for continuation in ready { continuation.resume(returning: events) }
    }

    func wait(until condition: @escaping @Sendable ([TranscriptionEvent]) -> Bool) async -> [TranscriptionEvent] {
        await withCheckedContinuation { continuation in
            let events: [TranscriptionEvent]? = state.withLock { state in
                if condition(state.events) { return state.events }
                state.waiters.append((condition, continuation))
                return nil
            }
            if let events { continuation.resume(returning: events) }
        }
    }

    func whole() async -> [TranscriptionEvent] { await wait { $0.last?.isTerminal == true } }
}

extension TranscriptionEvent {
    var isTerminal: Bool {
        if case .interim = self { false } else { true }
    }
    var transcript: Transcript? {
        if case .final(let transcript) = self { transcript } else { nil }
    }
    var failureCode: String? {
        if case .failed(let error) = self { error.code } else { nil }
    }
}

extension PocketSphinxTranscriber {
    func begin(_ recorder: TranscriptRecorder, expecting: Expectation = .open, language: String = "en")
        -> any Transcription
    {
        transcribe(
            TranscriptionRequest(turn: TurnID(1), language: language, expectation: expecting), deliver: recorder.record)
    }

    /// Feeds `samples` in frames of 20 ms and gives all events.
    func events(of samples: [Int16], expecting: Expectation = .open) async -> [TranscriptionEvent] {
        let recorder = TranscriptRecorder()
        let transcription = begin(recorder, expecting: expecting)
        transcription.feed(samples)
        transcription.finish()
        return await recorder.whole()
    }

    func hears(_ samples: [Int16], expecting: Expectation = .open) async -> Transcript? {
        await events(of: samples, expecting: expecting).last?.transcript
    }
}

extension Transcription {
    func feed(_ samples: [Int16]) {
        for start in stride(from: 0, to: samples.count, by: 320) {
            append(samples.span.extracting(start..<min(start + 320, samples.count)))
        }
    }
}

import Synchronization
import TomAudio
import TomEngines

/// Brings one sentence's audio to the call's output rate, on the engine's own thread.
///
/// An engine delivers in order and never concurrently for one task, so the lock is never contended; it is there because the
/// compiler cannot know that.
final class ReplyConverter: Sendable {
    struct Output: Sendable {
        var samples: [Int16] = []
        var failover: EngineFailover?
        var end: End?
        enum End: Sendable { case finished, failed(EngineError), broke(EngineFailover) }
    }

    private struct State: ~Copyable {
        var resampler: Resampler?
        var inputRate: SampleRate?
    }

    private let outputRate: SampleRate
    private let state = Mutex(State())

    init(to outputRate: SampleRate) { self.outputRate = outputRate }

    func convert(_ event: SynthesisEvent) -> Output {
        switch event {
        case .audio(let samples, let rate) where rate == outputRate: return Output(samples: samples)
        case .audio(let samples, let rate): return resample(samples, rate)
        case .failedOver(let failover): return Output(failover: failover)
        case .finished:
            var tail: [Int16] = []
            state.withLock { $0.resampler?.flush(into: &tail) }
            return Output(samples: tail, end: .finished)
        case .failed(let error): return Output(end: .failed(error))
        case .broke(let failover): return Output(end: .broke(failover))
        }
    }

    private func resample(_ samples: [Int16], _ rate: SampleRate) -> Output {
        state.withLock { state in
            var output = Output()
            do throws(AudioError) {
                if state.inputRate != rate {
                    state.resampler = try Resampler(from: rate, to: outputRate)
                    state.inputRate = rate
                }
                state.resampler?.process(samples.span, into: &output.samples)
            } catch {
                output.end = .failed(
                    EngineError(code: "tts.audio", message: error.message, hint: error.hint, category: error.category))
            }
            return output
        }
    }
}

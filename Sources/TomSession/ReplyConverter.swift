import Synchronization
import TomAudio
import TomEngines

/// Brings one sentence's audio to the call's output rate and takes the silence from its beginning, on the engine's own
/// thread.
///
/// An engine delivers in order and never concurrently for one task, so the lock is never contended; it is there because the
/// compiler cannot know that.
final class ReplyConverter: Sendable {
    struct Output: Sendable {
        var samples: [Int16] = []
        var failover: EngineFailover?
        /// Given once: how much silence the sentence began with, that is left out.
        var leadingSilence: Duration?
        var end: End?
        enum End: Sendable { case finished, failed(EngineError), broke(EngineFailover) }
    }

    private struct State: ~Copyable {
        var resampler: Resampler?
        var inputRate: SampleRate?
        /// `nil` once the sentence has begun.
        var trimmer: LeadingSilence?
    }

    private let outputRate: SampleRate
    private let state: Mutex<State>

    /// - Parameter trimsSilence: whether the sentence's beginning has to be found; canned speech begins with it.
    init(to outputRate: SampleRate, trimsSilence: Bool = true) {
        self.outputRate = outputRate
        state = Mutex(State(trimmer: trimsSilence ? LeadingSilence(rate: outputRate) : nil))
    }

    func convert(_ event: SynthesisEvent) -> Output {
        switch event {
        case .audio(let samples, let rate):
            trimmed(rate == outputRate ? Output(samples: samples) : resample(samples, rate))
        case .failedOver(let failover): Output(failover: failover)
        case .finished: trimmed(Output(samples: tail(), end: .finished))
        case .failed(let error): Output(end: .failed(error))
        case .broke(let failover): Output(end: .broke(failover))
        }
    }

    private func tail() -> [Int16] {
        var tail: [Int16] = []
        state.withLock { $0.resampler?.flush(into: &tail) }
        return tail
    }

    private func trimmed(_ output: Output) -> Output {
        state.withLock { state in
            guard state.trimmer != nil else { return output }
            var output = output
            output.samples = state.trimmer?.trim(output.samples) ?? []
            if case .finished = output.end { output.samples += state.trimmer?.flush() ?? [] }
            if let removed = state.trimmer?.removed {
                output.leadingSilence = .nanoseconds(Int64(removed) * 1_000_000_000 / Int64(outputRate.hertz))
                state.trimmer = nil
            }
            return output
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

import Glibc
import TomAudio
import TomConversation

/// A synthesiser that says everything as a 440 Hz tone at 16 kHz, in whatever voice, for tests and measurements.
public struct MockSynthesizer: SpeechSynthesizer {
    public let name = "mock"
    /// What every sentence sounds like at the usual pace: made once, shared by all calls.
    public let tone: [Int16]
    private let durationMs: Int
    private let delay: Duration
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - durationMs: length of the tone, above zero; 1500 by default.
    ///   - delay: from the request to the audio; at zero it is delivered inside `synthesize`.
    ///   - clock: what the delay is measured by.
    public init(
        durationMs: Int = 1_500, delay: Duration = .milliseconds(50), clock: any Clock<Duration> = ContinuousClock()
    ) {
        precondition(durationMs > 0, "a mock reply lasts longer than nothing, not \(durationMs) ms")
        self.durationMs = durationMs
        tone = Self.sine(durationMs: durationMs)
        self.delay = delay
        self.clock = clock
    }

    public func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        let answer = MockDelay()
        answer.start(after: delay, clock: clock) { [tone, durationMs] in
            let tone = request.speed == 1 ? tone : Self.sine(durationMs: Int(Double(durationMs) / request.speed))
            deliver(.audio(tone, rate: .hz16000))
            deliver(.finished)
        }
        return answer
    }

    /// A tone at a quarter of full scale (-15 dBFS), faded in and out over 10 ms so that it does not click.
    private static func sine(durationMs: Int) -> [Int16] {
        let count = durationMs * SampleRate.hz16000.hertz / 1_000
        let fade = min(SampleRate.hz16000.hertz / 100, count / 2)
        let step = 2 * Double.pi * 440 / Double(SampleRate.hz16000.hertz)
        return (0..<count).map { index in
            let edge = min(index, count - 1 - index)
            let gain = edge < fade ? Double(edge) / Double(fade) : 1
            return Int16((8_192 * gain * sin(step * Double(index))).rounded())
        }
    }
}

public import TomAudio
public import TomEngines

/// A synthesiser that makes the audio the test gives it, when the test says so.
public final class ScriptedSynthesizer: SpeechSynthesizer {
    public typealias Synthesis = ScriptedTask<SynthesisRequest, SynthesisEvent>
    public let name = "scripted"
    public let started = ScriptedTasks<Synthesis>()
    private let onStart: @Sendable (Synthesis) -> Void

    /// - Parameter onStart: runs inside `synthesize`.
    public init(onStart: @escaping @Sendable (Synthesis) -> Void = { _ in }) { self.onStart = onStart }

    /// One that makes `samples` of every sentence at once, delivered in pieces of `chunk` samples.
    public static func making(_ samples: [Int16], rate: SampleRate = .hz16000, chunk: Int = .max) -> ScriptedSynthesizer
    {
        ScriptedSynthesizer { synthesis in
            var start = 0
            while start < samples.count {
                let end = samples.count - start > chunk ? start + chunk : samples.count
                synthesis.deliver(.audio(Array(samples[start..<end]), rate: rate))
                start = end
            }
            synthesis.deliver(.finished)
        }
    }

    public func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        let synthesis = Synthesis(request, handler: deliver)
        started.append(synthesis)
        onStart(synthesis)
        return synthesis
    }
}

import Foundation
import TomAudio
import TomConversation
import TomEngines

/// What callers say in tests.
enum Speech {
    /// `text` as eSpeak NG says it, at 16 kHz and half volume, with line noise 30 dB below full speech around it.
    static func spoken(_ text: String, voice: String = "en-us") async throws -> [Int16] {
        let request = SynthesisRequest(
            segment: SegmentID(response: ResponseID(1), index: 0), text: text, language: "en", voice: voice)
        let (events, feed) = AsyncStream<SynthesisEvent>.makeStream()
        let task = EspeakSynthesizer().synthesize(request) { event in
            feed.yield(event)
            if case .audio = event { return }
            feed.finish()
        }
        defer { task.cancel() }
        var resampler = try Resampler(from: .hz22050, to: .hz16000)
        var samples: [Int16] = []
        for await event in events {
            switch event {
            case .audio(let audio, _): resampler.process(audio.span, into: &samples)
            case .finished: resampler.flush(into: &samples)
            case .failedOver: break
            case .failed(let error): throw error
            case .broke(let failover): throw failover.error
            }
        }
        return samples.map { $0 / 2 }
    }

    /// A voice-like buzz of `ms` that no recogniser understands.
    static func buzz(_ ms: Int) -> [Int16] {
        (0..<(16 * ms)).map { index in
            let time = Double(index) / 16_000
            let harmonics = (1...20).reduce(0.0) { $0 + sin(2 * .pi * 150 * Double($1) * time) / Double($1) }
            return Int16(6_000 * harmonics * (0.6 + 0.4 * sin(2 * .pi * 5 * time)))
        }
    }
}

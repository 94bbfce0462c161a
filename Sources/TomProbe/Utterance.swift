public import TomAudio
import TomErrors

/// Something the scripted caller says, cut into frames of 20 ms at 16 kHz.
public struct Utterance: Sendable, Equatable {
    /// The sentence or the file's name, for people.
    public let name: String
    /// PCM16 at 16 kHz in whole frames, cut `tailFrames` behind the last speech.
    public let samples: [Int16]
    /// The last frame with speech in it, counted from 0: the caller's turn ends with it.
    public let lastSpeechFrame: Int

    /// What is kept behind the last frame with speech, for the end of a fading consonant.
    static let tailFrames = 5
    /// Samples of one frame.
    public static let frameSamples = AudioFrame.samples(at: .hz16000)

    public var frameCount: Int { samples.count / Self.frameSamples }

    /// Converts a recording at any supported rate.
    /// - Throws: ``ProbeError`` `probe.bad_audio` when it holds no speech or is longer than a minute.
    public init(name: String, samples: [Int16], rate: SampleRate) throws(ProbeError) {
        guard samples.count <= rate.hertz * 60 else { throw Self.bad(name, "is longer than a minute") }
        var converted = try Self.resample(samples, from: rate, name: name)
        let remainder = converted.count % Self.frameSamples
        if remainder > 0 { converted += [Int16](repeating: 0, count: Self.frameSamples - remainder) }
        guard let last = Self.lastSpeechFrame(converted) else { throw Self.bad(name, "holds no speech") }
        self.name = name
        self.samples = Array(converted.prefix((last + 1 + Self.tailFrames) * Self.frameSamples))
        lastSpeechFrame = last
    }

    /// PCM16 little-endian bytes of one frame.
    func bytes(frame: Int) -> [UInt8] {
        let start = frame * Self.frameSamples
        return PCM16.encode(Array(samples[start..<start + Self.frameSamples]))
    }

    /// The last frame within 35 dB of the loudest one and above -55 dBFS: final consonants count, breath and the
    /// noise of a
    /// recording do not.
    private static func lastSpeechFrame(_ samples: [Int16]) -> Int? {
        let levels = stride(from: 0, to: samples.count, by: frameSamples).map { start in
            Level(samples[start..<start + frameSamples].span).rmsDbfs
        }
        guard let loudest = levels.max(), loudest > -55 else { return nil }
        return levels.lastIndex { $0 > max(loudest - 35, -55) }
    }

    private static func resample(_ samples: [Int16], from rate: SampleRate, name: String) throws(ProbeError) -> [Int16]
    {
        guard rate != .hz16000 else { return samples }
        do throws(AudioError) {
            var resampler = try Resampler(from: rate, to: .hz16000)
            var output: [Int16] = []
            resampler.process(samples.span, into: &output)
            resampler.flush(into: &output)
            return output
        } catch {
            throw bad(name, "cannot be converted: \(error.message)")
        }
    }

    private static func bad(_ name: String, _ reason: String) -> ProbeError {
        ProbeError(
            code: "probe.bad_audio", message: "the recording “\(name)” \(reason).",
            hint: "Use a WAV file with one short sentence.", category: .invalidRequest)
    }
}

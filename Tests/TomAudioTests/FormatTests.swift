import Testing
import TomAudio
import TomErrors

@Suite struct FormatTests {
    @Test func sizesOfFormats() {
        let wide = AudioFormat(codec: .pcm16, sampleRate: .hz16000)
        #expect(wide.bytesPerSample == 2)
        #expect(wide.bytes(forMs: 20) == 640)
        #expect(wide.milliseconds(forBytes: 640) == 20)
        #expect(wide.milliseconds(forBytes: 639) == 19)
        #expect(wide.description == "pcm16 16000 Hz")
        let narrow = AudioFormat(codec: .pcmu, sampleRate: .hz8000)
        #expect(narrow.bytes(forMs: 20) == 160)
        #expect(AudioFormat(codec: .pcm16, sampleRate: .hz22050).bytes(forMs: 1) == 44)
        #expect(AudioCodec(rawValue: "pcma") == .pcma)
    }

    @Test func samplesOfFrames() {
        #expect(SampleRate.supported.map(AudioFrame.samples(at:)) == [160, 320, 441, 480, 882, 960])
        #expect(AudioFrame.durationMs * AudioFrame.perSecond == 1_000)
    }

    @Test func pcmIsLittleEndian() {
        let samples: [Int16] = [0, 1, -1, 256, .min, .max]
        let bytes: [UInt8] = [0, 0, 1, 0, 0xFF, 0xFF, 0, 1, 0, 0x80, 0xFF, 0x7F]
        #expect(PCM16.encode(samples) == bytes)
        #expect(PCM16.decode(bytes) == samples)
        #expect(PCM16.decode(bytes + [5]) == samples, "an odd byte is left out")
        #expect(PCM16.decode([]).isEmpty)
        // From an odd address, behind what is there already.
        var output: [Int16] = [42]
        ([9] + bytes).withUnsafeBytes { PCM16.decode(UnsafeRawBufferPointer(rebasing: $0[1...]), into: &output) }
        #expect(output == [42] + samples)
        var fixed = [Int16](repeating: 3, count: 7)
        var span = fixed.mutableSpan
        PCM16.decode(bytes.span, into: &span)
        #expect(fixed == samples + [3])
    }

    @Test func levels() {
        func level(_ samples: [Int16]) -> Level { Level(samples.span) }
        #expect(level([]) == .silence)
        #expect(level([0, 0, 0]) == .silence)
        #expect(level([.min, .min]).rmsDbfs.magnitude < 0.001)
        #expect(abs(level([1, -1]).peakDbfs + 90.31) < 0.01)
        let sine = Level(Signals.tone(1_000, dbfs: -20, seconds: 1).span)
        #expect(abs(sine.rmsDbfs + 20) < 0.05)
        #expect(abs(sine.peakDbfs + 16.99) < 0.05)
    }

    @Test func errorsSayWhatToDo() {
        let errors: [AudioError] = [
            .unsupportedConversion(from: .hz8000, to: SampleRate(hertz: 11_025)),
            .resamplerUnavailable(reason: "no memory"),
            .malformedWAV(reason: "x"), .unsupportedWAV(reason: "y"),
        ]
        #expect(Set(errors.map(\.code)).count == errors.count)
        #expect(errors.allSatisfy { $0.code.hasPrefix("audio.") && $0.hint != nil })
        #expect(errors[0].description.contains("8000 Hz to 11025 Hz"))
        #expect(errors.map(\.category) == [.invalidRequest, .server, .invalidRequest, .invalidRequest])
    }
}

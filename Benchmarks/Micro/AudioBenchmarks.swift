import TomAudio

/// One call each: 20 ms of audio.
func audioBenchmarks() throws {
    let wideband = voice(seconds: 8)
    let narrowband = Array(wideband.prefix(160))

    do {
        var detector = VoiceActivityDetector()
        var at = 0
        measure("vad frame") {
            blackHole(detector.process(wideband.span.extracting(at..<(at + 320))))
            at = at + 320 == wideband.count ? 0 : at + 320
        }
    }
    do {
        var reduction = NoiseReduction(.nearField)
        var output: [Int16] = []
        output.reserveCapacity(640)
        var at = 0
        measure("noise reduction frame") {
            output.removeAll(keepingCapacity: true)
            reduction.process(wideband.span.extracting(at..<(at + 320)), into: &output)
            at = at + 320 == wideband.count ? 0 : at + 320
        }
        blackHole(output)
    }
    do {
        measure("level frame") { blackHole(Level(wideband.span.extracting(0..<320))) }
    }
    for (name, law) in [("mu-law", G711.Law.mu), ("a-law", G711.Law.a)] {
        do {
            var codes = [UInt8](repeating: 0, count: 160)
            measure("\(name) encode frame") {
                var output = codes.mutableSpan
                G711.encode(narrowband.span, law: law, into: &output)
            }
            blackHole(codes)
        }
        do {
            let codes = narrowband.map { G711.encode($0, law: law) }
            var samples = [Int16](repeating: 0, count: 160)
            measure("\(name) decode frame") {
                var output = samples.mutableSpan
                G711.decode(codes.span, law: law, into: &output)
            }
            blackHole(samples)
        }
    }
    let conversions: [(SampleRate, SampleRate)] = [
        (.hz48000, .hz16000), (.hz16000, .hz8000), (.hz22050, .hz16000), (.hz24000, .hz16000), (.hz16000, .hz24000),
    ]
    for (from, to) in conversions {
        do {
            var resampler = try Resampler(from: from, to: to)
            let count = AudioFrame.samples(at: from)
            var output: [Int16] = []
            output.reserveCapacity(4_096)
            measure("resample frame \(from.hertz) to \(to.hertz)") {
                output.removeAll(keepingCapacity: true)
                resampler.process(wideband.span.extracting(0..<count), into: &output)
            }
            blackHole(output)
        }
    }
}

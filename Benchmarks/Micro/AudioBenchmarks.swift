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
    for (from, to) in [(SampleRate.hz48000, SampleRate.hz16000), (.hz16000, .hz8000), (.hz22050, .hz16000)] {
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

/// What the voice activity detector looks at in a frame: the power of five bands, of the whole, and how regular it is.
///
/// The bands are octaves made by an integer Haar pyramid: each level splits a signal into the halved sums and the halved
/// differences of its sample pairs. It needs additions and one square a sample, and no filter state but two numbers. The
/// lowest band is a second difference instead, which attenuates mains hum by 32 dB at 50 Hz and 20 dB at 100 Hz.
struct BandEnergies {
    /// Samples of a frame: 20 ms at 16 kHz, a multiple of the 16 that make one value of the lowest band.
    static let frameSize = 320
    static let bandCount = 5

    /// dBFS of the bands 4-8, 2-4, 1-2, 0.5-1 and about 0.2-0.5 kHz, in this order; the other three lanes hold the floor.
    var bands = SIMD8<Float>(repeating: Level.floorDbfs)
    /// dBFS of the frame as it is.
    var levelDbfs = Level.floorDbfs
    /// dBFS of the five bands together: the level without direct current and hum.
    var speechBandDbfs = Level.floorDbfs
    /// How often the high-passed signal changes its sign: steady for a tone, scattered for noise.
    var signChanges = 0
}

/// The memory the pyramid keeps between frames.
struct BandAnalyzer: Sendable {
    /// The last two values of the lowest level, newest last.
    private var last: (Int32, Int32) = (0, 0)

    /// Analyses one frame of ``BandEnergies/frameSize`` samples, without allocating.
    mutating func analyze(_ frame: UnsafeBufferPointer<Int16>) -> BandEnergies {
        precondition(frame.count == BandEnergies.frameSize, "a frame has \(BandEnergies.frameSize) samples")
        // 640 bytes, which Swift keeps on the stack; the levels are halved in place.
        return withUnsafeTemporaryAllocation(of: Int16.self, capacity: BandEnergies.frameSize) { scratch in
            let sums = scratch.baseAddress!
            let differences = sums + BandEnergies.frameSize / 2
            let total = BandAnalyzer.energy(frame.baseAddress!, count: 320)
            let high = BandAnalyzer.split(frame.baseAddress!, pairs: 160, sums: sums, differences: differences)
            let signChanges = BandAnalyzer.signChanges(differences, count: 160)
            let upperMiddle = BandAnalyzer.split(sums, pairs: 80, sums: sums, differences: differences)
            let middle = BandAnalyzer.split(sums, pairs: 40, sums: sums, differences: differences)
            let lowerMiddle = BandAnalyzer.split(sums, pairs: 20, sums: sums, differences: differences)
            let low = secondDifference(sums, count: 20)
            return BandAnalyzer.summarize(
                total: total,
                means: [
                    Float(high) / 160, Float(upperMiddle) / 80, Float(middle) / 40, Float(lowerMiddle) / 20,
                    // The filter's gain is 2 at its middle; energy takes its square.
                    Float(low) / (20 * 4),
                ],
                signChanges: signChanges)
        }
    }

    private static func summarize(total: Int64, means: InlineArray<5, Float>, signChanges: Int) -> BandEnergies {
        var result = BandEnergies()
        var sum: Float = 0
        for i in 0..<BandEnergies.bandCount {
            result.bands[i] = Level.dbfs(meanSquare: means[i])
            sum += means[i]
        }
        result.speechBandDbfs = Level.dbfs(meanSquare: sum)
        result.levelDbfs = Level.dbfs(meanSquare: Float(total) / Float(BandEnergies.frameSize))
        result.signChanges = signChanges
        return result
    }

    /// Sum of squares.
    private static func energy(_ samples: UnsafePointer<Int16>, count: Int) -> Int64 {
        var energy: Int64 = 0
        for i in 0..<count {
            let value = Int32(samples[i])
            energy &+= Int64(value &* value)
        }
        return energy
    }

    /// Writes the halved sums and differences of `pairs` pairs and returns the differences' energy. `sums` may begin where
    /// `source` does, since a pair is read before anything behind it is written.
    @inline(__always)
    private static func split(
        _ source: UnsafePointer<Int16>, pairs: Int, sums: UnsafeMutablePointer<Int16>,
        differences: UnsafeMutablePointer<Int16>
    ) -> Int64 {
        for i in 0..<pairs {
            let first = Int32(source[2 * i])
            let second = Int32(source[2 * i + 1])
            sums[i] = Int16(truncatingIfNeeded: (first &+ second) >> 1)
            differences[i] = Int16(truncatingIfNeeded: (first &- second) >> 1)
        }
        return energy(differences, count: pairs)
    }

    private static func signChanges(_ samples: UnsafePointer<Int16>, count: Int) -> Int {
        var changes: Int16 = 0
        for i in 1..<count {
            // 1 when the sign bits differ.
            changes &+= Int16(bitPattern: UInt16(bitPattern: samples[i] ^ samples[i - 1]) >> 15)
        }
        return Int(changes)
    }

    /// Energy of twice each value less both its neighbours; the first needs the two values before it.
    private mutating func secondDifference(_ values: UnsafePointer<Int16>, count: Int) -> Int64 {
        var (before, middle) = last
        var energy: Int64 = 0
        for i in 0..<count {
            let next = Int32(values[i])
            let value = Int64(2 &* middle &- before &- next)
            energy &+= value &* value
            (before, middle) = (middle, next)
        }
        last = (before, middle)
        // The values are doubled against `middle - (before + next) / 2`.
        return energy / 4
    }
}

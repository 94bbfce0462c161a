/// What the voice activity detector looks at in a frame: the power of five bands, of the whole, and how regular it is.
///
/// The bands are octaves made by an integer Haar pyramid: each level splits a signal into the halved sums and the
/// halved differences of its sample pairs. It needs additions and one square a sample, and nothing of the frame before,
/// so that a sound that ends with a frame leaves no trace in the next. The lowest band is a second difference instead,
/// which attenuates mains hum by 32 dB at 50 Hz and 20 dB at 100 Hz.
struct BandEnergies {
    /// Samples of a frame: 20 ms at 16 kHz, a multiple of the 16 that make one value of the lowest band.
    static let frameSize = 320
    static let bandCount = 5

    /// dBFS of the bands 4-8, 2-4, 1-2, 0.5-1 and about 0.2-0.5 kHz, in this order; the other three lanes hold the
    /// floor.
    var bands = SIMD8<Float>(repeating: Level.floorDbfs)
    /// dBFS of the frame as it is.
    var levelDbfs = Level.floorDbfs
    /// dBFS of the five bands together: the level without direct current and hum.
    var speechBandDbfs = Level.floorDbfs
    /// How often the high-passed signal changes its sign: steady for a tone, scattered for noise.
    var signChanges = 0
}

extension BandEnergies {
    /// Analyses one frame of ``BandEnergies/frameSize`` samples, without allocating.
    static func analyze(_ frame: UnsafeBufferPointer<Int16>) -> BandEnergies {
        precondition(frame.count == frameSize, "a frame has \(frameSize) samples")
        // 640 bytes, which Swift keeps on the stack; the levels are halved in place.
        return withUnsafeTemporaryAllocation(of: Int16.self, capacity: frameSize) { scratch in
            let sums = scratch.baseAddress!
            let differences = sums + frameSize / 2
            let total = energy(frame.baseAddress!, count: 320)
            let high = split(frame.baseAddress!, pairs: 160, sums: sums, differences: differences)
            let signChanges = signChanges(differences, count: 160)
            let upperMiddle = split(sums, pairs: 80, sums: sums, differences: differences)
            let middle = split(sums, pairs: 40, sums: sums, differences: differences)
            let lowerMiddle = split(sums, pairs: 20, sums: sums, differences: differences)
            let low = secondDifferenceEnergy(sums, count: 20)
            return summarize(
                total: total,
                means: [
                    Float(high) / 160, Float(upperMiddle) / 80, Float(middle) / 40, Float(lowerMiddle) / 20,
                    // Four for the doubled values, and four for the filter's gain of 2 at its middle.
                    Float(low) / (18 * 16),
                ],
                signChanges: signChanges)
        }
    }

    private static func summarize(total: Int64, means: InlineArray<5, Float>, signChanges: Int) -> BandEnergies {
        var result = BandEnergies()
        var sum: Float = 0
        for i in 0..<bandCount {
            result.bands[i] = Level.dbfs(meanSquare: means[i])
            sum += means[i]
        }
        result.speechBandDbfs = Level.dbfs(meanSquare: sum)
        result.levelDbfs = Level.dbfs(meanSquare: Float(total) / Float(frameSize))
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

    /// Writes the halved sums and differences of `pairs` pairs and returns the differences' energy. `sums` may begin
    /// where `source` does, since a pair is read before anything behind it is written.
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

    /// Energy of the `count - 2` inner values less the mean of their neighbours, times four: halves are kept whole.
    private static func secondDifferenceEnergy(_ values: UnsafePointer<Int16>, count: Int) -> Int64 {
        var energy: Int64 = 0
        for i in 1..<(count - 1) {
            let value = Int64(2 * Int32(values[i]) &- Int32(values[i - 1]) &- Int32(values[i + 1]))
            energy &+= value &* value
        }
        return energy
    }
}

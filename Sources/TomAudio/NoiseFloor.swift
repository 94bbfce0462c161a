/// The level of what is always there, band by band: the lowest smoothed level of the last seconds (minimum statistics,
/// after R. Martin, 2001), raised at once where a stretch of sound is as even as only noise is.
struct NoiseFloor: Sendable {
    /// Frames of one stretch: 400 ms.
    private static let stretchFrames = 20
    /// Stretches remembered: 3.2 s. A steady sound longer than that becomes background.
    private static let stretchCount = 8
    /// Weight of the new frame when smoothing.
    private static let smoothing: Float = 0.35
    /// How far the lowest smoothed level of steady noise lies below its mean, per band, in dB: the narrower, the more.
    private static let bias = SIMD8<Float>(0.6, 0.9, 1.3, 1.9, 2.6, 0, 0, 0)
    /// The largest spread of the unsmoothed level within a stretch of steady noise, per band, in dB: about five
    /// standard deviations of a band's power over 20 ms.
    private static let spreadOfNoise = SIMD8<Float>(4, 5, 7, 9, 12, 1, 1, 1)
    /// A tone's sign changes differ by no more than this between frames; those of noise differ by more.
    private static let signChangesOfTone = 4
    /// Louder than this, an even sound is not trusted to be noise before it has lasted ``stretchCount`` stretches: it
    /// may be a tone that a codec has roughened.
    private static let loudestQuickNoiseDbfs: Float = -28

    /// dBFS per band.
    private(set) var levels: SIMD8<Float>

    /// Whether a whole stretch has been heard, so that the floor is no longer the assumed one alone.
    private(set) var isKnown = false

    private let lowest: Float
    private var smoothed: SIMD8<Float>
    private var minima: InlineArray<8, SIMD8<Float>>
    private var slot = 0
    private var stretch = Stretch()
    /// What the last stretches of even noise prove, and how long that holds.
    private var proven: SIMD8<Float>
    private var provenStretches = 0

    /// The running figures of the stretch that is being heard.
    private struct Stretch: Sendable {
        var frames = 0
        var minimum = SIMD8<Float>(repeating: .infinity)
        var low = SIMD8<Float>(repeating: .infinity)
        var high = SIMD8<Float>(repeating: -.infinity)
        var sum = SIMD8<Float>.zero
        var loudest: Float = -.infinity
        var fewestSignChanges = Int.max
        var mostSignChanges = 0
    }

    /// - Parameters:
    ///   - assumed: dBFS per band, taken until something is known.
    ///   - lowest: dBFS per band below which the floor never falls.
    init(assumed: Float, lowest: Float) {
        self.lowest = lowest
        levels = SIMD8(repeating: assumed)
        smoothed = SIMD8(repeating: assumed)
        minima = InlineArray(repeating: SIMD8(repeating: assumed))
        proven = SIMD8(repeating: lowest)
    }

    /// Takes in one more frame of 20 ms.
    mutating func update(_ frame: borrowing BandEnergies) {
        smoothed += (frame.bands - smoothed) * NoiseFloor.smoothing
        stretch.frames += 1
        stretch.minimum = pointwiseMin(stretch.minimum, smoothed)
        stretch.low = pointwiseMin(stretch.low, frame.bands)
        stretch.high = pointwiseMax(stretch.high, frame.bands)
        stretch.sum += frame.bands
        stretch.loudest = max(stretch.loudest, frame.speechBandDbfs)
        stretch.fewestSignChanges = min(stretch.fewestSignChanges, frame.signChanges)
        stretch.mostSignChanges = max(stretch.mostSignChanges, frame.signChanges)
        if stretch.frames == NoiseFloor.stretchFrames { endStretch() }
        settle()
    }

    private mutating func endStretch() {
        isKnown = true
        minima[slot] = stretch.minimum
        slot = (slot + 1) % NoiseFloor.stretchCount
        if stretchIsNoise {
            proven = stretch.sum / Float(NoiseFloor.stretchFrames)
            provenStretches = NoiseFloor.stretchCount
        } else if provenStretches > 0 {
            provenStretches -= 1
        }
        stretch = Stretch()
    }

    private var stretchIsNoise: Bool {
        let spread = stretch.high - stretch.low
        return all(spread .<= NoiseFloor.spreadOfNoise)
            && stretch.mostSignChanges - stretch.fewestSignChanges > NoiseFloor.signChangesOfTone
            && stretch.loudest < NoiseFloor.loudestQuickNoiseDbfs
    }

    /// The floor from what is known: the minimum of all stretches, or what noise has proven, unless it fell since.
    private mutating func settle() {
        var minimum = stretch.minimum
        for i in 0..<NoiseFloor.stretchCount { minimum = pointwiseMin(minimum, minima[i]) }
        var floor = minimum + NoiseFloor.bias
        if provenStretches > 0 {
            // Anything quieter than the noise that seemed to be there disproves it.
            proven = pointwiseMin(proven, stretch.minimum + NoiseFloor.bias)
            floor = pointwiseMax(floor, proven)
        }
        levels = pointwiseMax(floor, SIMD8(repeating: lowest))
    }
}

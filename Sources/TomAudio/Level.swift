#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// How loud a stretch of audio is, in decibels below full scale (dBFS).
///
/// Full scale is 32,768: a square wave of the largest amplitude has an RMS of 0 dBFS, a sine about -3 dBFS.
public struct Level: Sendable, Hashable {
    /// The level given for digital silence, below the -90.3 dBFS of a single step of 16-bit audio.
    public static let floorDbfs: Float = -100

    /// Root mean square, ``floorDbfs``...0.
    public let rmsDbfs: Float
    /// The largest magnitude, ``floorDbfs``...0.
    public let peakDbfs: Float

    /// Digital silence.
    public static let silence = Level(rmsDbfs: floorDbfs, peakDbfs: floorDbfs)

    init(rmsDbfs: Float, peakDbfs: Float) {
        self.rmsDbfs = rmsDbfs
        self.peakDbfs = peakDbfs
    }

    /// Measures `samples`; no samples are silence. Linear in their number, without allocating.
    public init(_ samples: Span<Int16>) {
        guard !samples.isEmpty else {
            self = .silence
            return
        }
        var energy: Int64 = 0
        var peak: Int32 = 0
        samples.withUnsafeBufferPointer { samples in
            for sample in samples {
                let value = Int32(sample)
                energy &+= Int64(value &* value)
                peak = max(peak, abs(value))
            }
        }
        self.init(
            rmsDbfs: Level.dbfs(meanSquare: Float(energy) / Float(samples.count)),
            peakDbfs: Level.dbfs(meanSquare: Float(peak) * Float(peak)))
    }

    /// dBFS of a mean square in units of one sample step; ``floorDbfs`` for zero.
    static func dbfs(meanSquare: Float) -> Float {
        guard meanSquare > 0 else { return floorDbfs }
        return max(floorDbfs, log10(meanSquare) * 10 - 90.308_998)
    }

    /// dBFS of the power of the first `count` lanes together.
    static func sum(dbfs lanes: SIMD8<Float>, count: Int) -> Float {
        var power: Float = 0
        for i in 0..<count { power += pow(10, lanes[i] / 10) }
        return max(floorDbfs, log10(power) * 10)
    }
}

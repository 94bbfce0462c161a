import Foundation

/// Triangular filters at equal distances on Slaney's mel scale, each of the same area, over the bins of a spectrum.
///
/// See: M. Slaney, Auditory Toolbox, 1998: linear below 1 kHz, logarithmic above.
struct MelFilters {
    /// A filter's weights for the bins from `first` on.
    private struct Filter {
        let first: Int
        let weights: [Float]
    }

    private let filters: [Filter]

    /// - Parameters:
    ///   - count: filters.
    ///   - bins: of the spectrum, from 0 Hz to half of `rate`.
    init(count: Int, bins: Int, rate: Double) {
        let top = Self.mel(rate / 2)
        let edges = (0..<(count + 2)).map { Self.hertz(top * Double($0) / Double(count + 1)) }
        let frequencies = (0..<bins).map { rate / 2 * Double($0) / Double(bins - 1) }
        filters = (0..<count).map { index in
            let (low, centre, high) = (edges[index], edges[index + 1], edges[index + 2])
            let weights = frequencies.map { frequency in
                let slope = min((frequency - low) / (centre - low), (high - frequency) / (high - centre))
                return Float(max(0, slope) * 2 / (high - low))
            }
            let first = weights.firstIndex { $0 > 0 } ?? 0
            let last = weights.lastIndex { $0 > 0 } ?? 0
            return Filter(first: first, weights: Array(weights[first...last]))
        }
    }

    var count: Int { filters.count }

    /// What filter `index` lets through of a power spectrum.
    func apply(_ index: Int, to power: UnsafeBufferPointer<Float>) -> Float {
        let filter = filters[index]
        var sum: Float = 0
        for (offset, weight) in filter.weights.enumerated() { sum += weight * power[filter.first + offset] }
        return sum
    }

    private static let linearTop = 1_000.0
    private static let melsAtTop = 15.0
    private static let step = log(6.4) / 27

    private static func mel(_ hertz: Double) -> Double {
        hertz < linearTop ? hertz * 3 / 200 : melsAtTop + log(hertz / linearTop) / step
    }

    private static func hertz(_ mel: Double) -> Double {
        mel < melsAtTop ? mel * 200 / 3 : linearTop * exp(step * (mel - melsAtTop))
    }
}

import Foundation

/// The discrete Fourier transform of a length made of the factors 2, 3, 4 and 5: Stockham's sorted form, one pass a
/// factor.
///
/// See: C. Van Loan, Computational Frameworks for the Fast Fourier Transform, 1992, section 1.7.
struct FourierTransform {
    /// A complex number as (real, imaginary).
    typealias Complex = SIMD2<Float>

    let length: Int
    private let passes: [Pass]
    private var scratch: [Complex]

    private struct Pass {
        let radix: Int
        /// Transforms that are left to make after this pass, each of `rest` points.
        let rest: Int
        let stride: Int
        /// The small transform's roots, row by row.
        let roots: [Complex]
        /// By `rest`, then by row.
        let twiddles: [Complex]
    }

    /// - Parameter length: a product of 2, 3, 4 and 5.
    init(length: Int) {
        self.length = length
        scratch = [Complex](repeating: .zero, count: length)
        var passes: [Pass] = []
        var (rest, stride) = (length, 1)
        while rest > 1 {
            guard let radix = [4, 5, 3, 2].first(where: { rest % $0 == 0 }) else {
                preconditionFailure("\(length) has a factor above 5")
            }
            passes.append(Self.pass(radix: radix, of: rest, stride: stride))
            rest /= radix
            stride *= radix
        }
        self.passes = passes
    }

    private static func pass(radix: Int, of points: Int, stride: Int) -> Pass {
        func root(_ index: Int, _ count: Int) -> Complex {
            let angle = -2 * Double.pi * Double(index % count) / Double(count)
            return Complex(Float(cos(angle)), Float(sin(angle)))
        }
        let rest = points / radix
        return Pass(
            radix: radix, rest: rest, stride: stride,
            roots: (0..<(radix * radix)).map { root($0 / radix * ($0 % radix), radix) },
            twiddles: (0..<(rest * radix)).map { root($0 / radix * ($0 % radix), points) })
    }

    /// Transforms `data`, of ``length`` numbers, in place.
    mutating func transform(_ data: inout [Complex]) {
        precondition(data.count == length, "\(data.count) numbers are not \(length)")
        for pass in passes {
            data.withUnsafeBufferPointer { source in
                scratch.withUnsafeMutableBufferPointer { Self.run(pass, source, $0) }
            }
            swap(&data, &scratch)
        }
    }

    private static func run(
        _ pass: Pass, _ source: UnsafeBufferPointer<Complex>, _ target: UnsafeMutableBufferPointer<Complex>
    ) {
        let (radix, stride, rest) = (pass.radix, pass.stride, pass.rest)
        pass.roots.withUnsafeBufferPointer { roots in
            pass.twiddles.withUnsafeBufferPointer { twiddles in
                for point in 0..<rest {
                    for row in 0..<radix {
                        let twiddle = twiddles[point * radix + row]
                        let to = stride * (radix * point + row)
                        for offset in 0..<stride {
                            var sum = Complex.zero
                            for column in 0..<radix {
                                sum += product(
                                    source[offset + stride * (point + rest * column)], roots[row * radix + column])
                            }
                            target[to + offset] = product(sum, twiddle)
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func product(_ a: Complex, _ b: Complex) -> Complex {
        Complex(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x)
    }
}

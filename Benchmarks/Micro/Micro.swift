import Benchmark

let benchmarks: @Sendable () -> Void = {
    Benchmark("probe") { b in for i in b.scaledIterations { blackHole(i) } }
}

// swift-tools-version: 6.2
import PackageDescription

/// Micro-benchmarks of the pure modules; a package of its own, so that the product does not depend on the benchmark library.
///
/// The library's traits are off: its interposers are packages of their own, and allocations are counted by `CAllocations`.
let package = Package(
    name: "tom-benchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "tom", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
    ],
    targets: [
        .target(name: "CAllocations", path: "CAllocations"),
        .executableTarget(
            name: "Micro",
            dependencies: [
                "CAllocations",
                .product(name: "TomAudio", package: "tom"),
                .product(name: "TomWire", package: "tom"),
                .product(name: "TomConversation", package: "tom"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Micro",
            swiftSettings: [.swiftLanguageMode(.v6)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        ),
    ]
)

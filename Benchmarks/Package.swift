// swift-tools-version: 6.2
import PackageDescription

/// Micro-benchmarks of the pure modules; a package of its own, so that the product does not depend on it. Why it measures by
/// itself: `docs/decisions/0020-micro-benchmarks.md`.
let package = Package(
    name: "tom-benchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "tom", path: "..")],
    targets: [
        .target(name: "CAllocations", path: "CAllocations"),
        .executableTarget(
            name: "Micro",
            dependencies: [
                "CAllocations",
                .product(name: "TomAudio", package: "tom"),
                .product(name: "TomWire", package: "tom"),
                .product(name: "TomRealtime", package: "tom"),
                .product(name: "TomConversation", package: "tom"),
            ],
            path: "Micro", swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "VoiceActivity",
            dependencies: [
                .product(name: "TomAudio", package: "tom"),
                .product(name: "TomEngines", package: "tom"),
                .product(name: "TomOnnx", package: "tom"),
                .product(name: "TomSherpa", package: "tom"),
            ],
            path: "VoiceActivity", exclude: ["make_labelled.py"], swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)

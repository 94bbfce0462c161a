// swift-tools-version: 6.2
import PackageDescription

/// Language rules every Swift target shares: Swift 6 mode, one import per module used, no implicit public imports.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

// Every target lists its own dependencies; arrows point down only: L3 -> L2 -> L1 -> L0.
let package = Package(
    name: "tom",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "tom", targets: ["tom"]),
        // The pure modules, for the package of micro-benchmarks.
        .library(name: "TomAudio", targets: ["TomAudio"]),
        .library(name: "TomWire", targets: ["TomWire"]),
        .library(name: "TomConversation", targets: ["TomConversation"]),
        .library(name: "TomRealtime", targets: ["TomRealtime"]),
        // The models that detect speech, for the comparison with the built-in detector.
        .library(name: "TomEngines", targets: ["TomEngines"]),
        .library(name: "TomOnnx", targets: ["TomOnnx"]),
        .library(name: "TomSherpa", targets: ["TomSherpa"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C libraries, from Debian
        .systemLibrary(name: "CSpeexDSP", pkgConfig: "speexdsp", providers: [.apt(["libspeexdsp-dev"])]),
        .systemLibrary(name: "CPocketSphinx", pkgConfig: "pocketsphinx", providers: [.apt(["libpocketsphinx-dev"])]),

        // The part of sherpa-onnx's C interface that is used; the library is loaded at run time
        .target(name: "CSherpaOnnx"),

        // The dashboard's files, as data
        .target(name: "CDashboardFiles"),

        // The calls of ONNX Runtime's C API; the library itself is loaded at run time
        .target(name: "COnnxRuntime"),

        // L0: pure
        .target(name: "TomErrors", swiftSettings: strict),
        .target(name: "TomAudio", dependencies: ["TomErrors", "CSpeexDSP"], swiftSettings: strict),
        .target(name: "TomConversation", dependencies: ["TomErrors"], swiftSettings: strict),
        .target(name: "TomWire", dependencies: ["TomErrors"], swiftSettings: strict),
        .target(
            name: "TomRealtime", dependencies: ["TomErrors", "TomConversation", "TomWire"], swiftSettings: strict),

        // L1: engines and stores
        .target(
            name: "TomAgents", path: "agents", exclude: ["README.md"],
            resources: [.embedInCode("receptionist.en.yaml"), .embedInCode("receptionist.de.yaml")],
            swiftSettings: strict),
        .target(
            name: "TomEngines",
            dependencies: [
                "TomErrors", "TomAudio", "TomConversation", "TomAgents", logging,
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: strict),
        .target(
            name: "TomPocketSphinx", dependencies: ["TomErrors", "TomConversation", "TomEngines", "CPocketSphinx"],
            swiftSettings: strict),
        .target(
            name: "TomSherpa", dependencies: ["TomErrors", "TomAudio", "TomConversation", "TomEngines", "CSherpaOnnx"],
            swiftSettings: strict),
        .target(
            name: "TomProviders",
            dependencies: [
                "TomErrors", "TomAudio", "TomConversation", "TomEngines", asyncHTTPClient, nioCore, nioPosix, nioHTTP1,
                nioWebSocket, nioSSL, crypto,
            ], swiftSettings: strict),
        .target(
            name: "TomModels",
            dependencies: [
                "TomErrors", "TomEngines", "TomProviders", asyncHTTPClient, crypto, nioCore, nioHTTP1,
            ], swiftSettings: strict),
        .target(
            name: "TomOnnx", dependencies: ["TomErrors", "TomAudio", "TomEngines", "COnnxRuntime"],
            swiftSettings: strict),
        .target(name: "TomStore", dependencies: ["TomErrors", "TomAudio", logging], swiftSettings: strict),

        // L2: shells
        .target(
            name: "TomSession",
            dependencies: [
                "TomErrors", "TomAudio", "TomConversation", "TomEngines", "TomStore", nioCore, logging, metrics,
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ], swiftSettings: strict),
        .target(
            name: "TomDashboard", dependencies: ["CDashboardFiles"], path: "web",
            exclude: ["README.md", "dashboard", "deno.json", "tsconfig.json", "types"], swiftSettings: strict),
        .target(
            name: "TomServer",
            dependencies: [
                "TomErrors", "TomAudio", "TomConversation", "TomWire", "TomRealtime", "TomEngines", "TomStore",
                "TomSession", "TomDashboard", hummingbird, hummingbirdCore, hummingbirdTLS, nioCore, nioPosix, nioHTTP1,
                nioWebSocket,
                nioSSL, crypto, jwtKit, lifecycle, logging, metrics,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ], swiftSettings: strict),
        .target(
            name: "TomProbe",
            dependencies: [
                "TomErrors", "TomAudio", "TomConversation", "TomWire", "TomEngines", "TomProviders", nioCore, nioPosix,
                nioHTTP1, nioWebSocket, nioSSL, logging,
            ], swiftSettings: strict),

        // L3: the executable, the only reader of the environment
        .executableTarget(
            name: "tom",
            dependencies: [
                "TomErrors", "TomAudio", "TomConversation", "TomWire", "TomEngines", "TomPocketSphinx", "TomSherpa",
                "TomProviders", "TomOnnx", "TomModels", "TomStore", "TomSession", "TomServer", "TomDashboard",
                asyncHTTPClient, "TomProbe", "TomAgents",
                hummingbird, nioCore, nioPosix,
                nioSSL, jwtKit, lifecycle,
                logging, metrics,
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),

        // Tests
        .executableTarget(
            name: "EchoServer",
            dependencies: ["TomServer", "TomSession", "TomConversation", "TomErrors", "TomTestKit", nioCore, logging],
            path: "Tests/EchoServer", swiftSettings: strict),
        .target(
            name: "TomTestKit",
            dependencies: [
                "TomErrors", "TomAudio", "TomConversation", "TomWire", "TomEngines", "TomSession", "TomServer", nioCore,
                logging,
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ], swiftSettings: strict),
        tests("TomAudioTests", ["TomAudio", "TomErrors"]),
        tests("TomConversationTests", ["TomConversation", "TomErrors", "TomTestKit"]),
        tests("TomWireTests", ["TomWire", "TomErrors", "TomTestKit"]),
        tests("TomRealtimeTests", ["TomRealtime", "TomWire", "TomConversation", "TomErrors", "TomTestKit"]),
        tests(
            "TomEnginesTests", ["TomEngines", "TomAgents", "TomConversation", "TomAudio", "TomErrors", "TomTestKit"]),
        tests("TomPocketSphinxTests", ["TomPocketSphinx", "TomEngines", "TomConversation", "TomAudio", "TomErrors"]),
        tests(
            "TomSherpaTests",
            ["TomSherpa", "TomEngines", "TomConversation", "TomAudio", "TomErrors", "TomTestKit", "tom"]),
        tests(
            "TomProvidersTests",
            [
                "TomProviders", "TomSession", "TomEngines", "TomConversation", "TomAudio", "TomErrors", "TomTestKit",
                asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioWebSocket, nioSSL,
            ]),
        tests(
            "TomModelsTests",
            ["TomModels", "TomProviders", "TomErrors", asyncHTTPClient]),
        tests(
            "TomOnnxTests",
            [
                "TomOnnx", "TomSession", "TomConversation", "TomEngines", "TomAudio", "TomErrors", "TomTestKit",
                nioCore,
                logging,
            ]),
        tests("TomStoreTests", ["TomStore", "TomAudio", "TomErrors"]),
        tests(
            "TomSessionTests",
            [
                "TomSession", "TomConversation", "TomEngines", "TomStore", "TomAudio", "TomErrors", "TomTestKit",
                nioCore, logging, .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ]),
        tests(
            "TomServerTests",
            [
                "TomServer", "TomSession", "TomConversation", "TomEngines", "TomWire", "TomRealtime", "TomStore",
                "TomAudio", "TomErrors", "TomTestKit",
                nioCore, nioPosix, nioHTTP1, nioWebSocket, nioSSL, jwtKit, logging, metrics,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
        tests(
            "IntegrationTests",
            [
                "TomServer", "TomSession", "TomConversation", "TomEngines", "TomPocketSphinx", "TomStore", "TomAudio",
                "TomErrors",
                "TomTestKit", nioCore, nioPosix, nioHTTP1, nioWebSocket, logging,
            ]),
        tests("TomDashboardTests", ["TomDashboard"]),
        tests(
            "TomProbeTests",
            [
                "TomProbe", "TomWire", "TomAudio", "TomErrors", "TomTestKit", nioCore, nioPosix, nioHTTP1, nioWebSocket,
                nioSSL,
            ]),
        tests(
            "TomCommandTests",
            [
                "tom", "TomProbe", "TomServer", "TomProviders", "TomEngines", "TomErrors", nioCore, nioPosix, jwtKit,
                logging,
            ]),
    ]
)

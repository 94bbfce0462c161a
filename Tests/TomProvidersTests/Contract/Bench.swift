import Foundation
import NIOCore
import NIOSSL
import TomAudio
import TomConversation
import TomEngines
import TomTestKit

@testable import TomProviders

/// A fault on a real port of loopback, or in a real process, and the engine that meets it.
struct Bench: Sendable {
    let engine: AnyEngine
    let watch: Watch
    /// Of the server; `nil` where none accepts any.
    let connections: ScriptedServer.Connections?
    /// Requests that the server has taken in whole.
    let requests: @Sendable () -> Int

    static let key = "sk-secret"

    /// Brings `cause` about for `engine` while `body` runs.
    static func with<Result>(
        _ engine: ContractEngine, _ cause: Cause, _ patience: Patience, gate: Gate,
        _ body: (Bench) async throws -> Result
    ) async throws -> Result {
        func serve(
            _ port: Int, _ scheme: String = "http", _ connections: ScriptedServer.Connections? = nil,
            _ requests: @escaping @Sendable () -> Int = { 0 }
        ) async throws -> Result {
            try await engine.withEngine(port: port, scheme: scheme, patience) { made in
                let watch = Watch(gate)
                return try await body(
                    Bench(engine: made.watched(watch), watch: watch, connections: connections, requests: requests))
            }
        }
        switch cause {
        case .http(let steps):
            return try await ScriptedHTTP.serving(steps) { server in
                try await serve(server.port, "http", server.connections) { server.requests.count }
            }
        case .tcp(let cues):
            return try await ScriptedTCP.serving(cues) { server in
                try await serve(server.port, "http", server.connections) { server.playedCues }
            }
        case .webSocket(let script):
            return try await ScriptedWebSocket.serving(script) { server in
                try await serve(server.port, "http", server.connections) {
                    server.texts.count { $0.contains("Finalize") || $0.contains("response.create") }
                }
            }
        case .untrusted:
            return try await ScriptedTCP.serving([], tls: try serverTLS.get()) { try await serve($0.port, "https") }
        case .plainText:
            return try await ScriptedTCP.serving([.at("", .text("HTTP/1.1 400 Bad Request\r\n\r\n"))]) {
                try await serve($0.port, "https")
            }
        case .unanswered(let kind):
            let unanswering = try UnansweringPort(kind)
            let result = try await serve(unanswering.port)
            withExtendedLifetime(unanswering) {}
            return result
        case .nobodyThere: return try await serve(try await ScriptedServer.deadPort())
        case .program(let script): return try await withProgram(script, patience, gate: gate, body)
        case .noProgram: return try await withProgram(nil, patience, gate: gate, body)
        }
    }

    /// Made once: openssl takes a moment.
    private static let serverTLS = Swift.Result<NIOSSLContext, any Error> {
        let files = try TestCertificate()
        defer { files.remove() }
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))))
    }

    private static func withProgram<Result>(
        _ script: String?, _ patience: Patience, gate: Gate, _ body: (Bench) async throws -> Result
    ) async throws -> Result {
        let programs = try ProgramFolder()
        let voice = programs.path + "/voice.onnx"
        for file in [voice, voice + ".json"] { try Data().write(to: URL(fileURLWithPath: file)) }
        let audio = WAV.write(samples: ContractEngine.tone(16_000), rate: .hz22050)
        try Data(audio).write(to: URL(fileURLWithPath: programs.path + "/spoken.wav"))
        var configuration = PiperConfiguration(
            executable: try script.map { try programs.program($0) } ?? programs.path + "/none", voice: voice)
        (configuration.timeout, configuration.startTimeout) = (patience.silence, patience.silence)
        configuration.maximumProcesses = 1
        let piper = PiperSynthesizer(configuration: configuration)
        let watch = Watch(gate)
        let bench = Bench(
            engine: AnyEngine.voice(piper).watched(watch), watch: watch, connections: nil,
            requests: { piper.load.running + piper.load.waiting })
        do {
            let result = try await body(bench)
            await piper.close()
            return result
        } catch {
            await piper.close()
            throw error
        }
    }
}

extension ContractEngine {
    /// Makes the engine, which asks a server at `port`.
    fileprivate func withEngine<Result>(
        port: Int, scheme: String, _ patience: Patience, _ body: (AnyEngine) async throws -> Result
    ) async throws -> Result {
        if let provider {
            return try await withHTTP(
                connect: .nanoseconds(patience.connect.nanoseconds), read: .nanoseconds(patience.silence.nanoseconds)
            ) { http in
                try await body(
                    provider.engine(try provider.client(port: port, http: http, key: Bench.key, scheme: scheme)))
            }
        }
        if let wyoming {
            return try await body(
                wyoming.engine(
                    try wyoming.client(port: port, patience: patience.silence, connectTimeout: patience.connect)))
        }
        return try await body(try webSocketEngine(port: port, scheme: scheme, patience))
    }

    private func webSocketEngine(port: Int, scheme: String, _ patience: Patience) throws -> AnyEngine {
        var limits = ProviderSocket.Limits()
        limits.pingAfter = .nanoseconds(patience.silence.nanoseconds / 2)
        limits.pongWithin = limits.pingAfter
        let endpoint = try ProviderEndpoint(
            url: "\(scheme)://127.0.0.1:\(port)", key: Bench.key, stage: stage.rawValue)
        let egress = EgressPolicy(allowsPublic: false)
        guard self == .realtime else {
            return .transcriber(
                try DeepgramTranscriber(
                    endpoint: endpoint, model: "nova-3", egress: egress, connectTimeout: patience.connect,
                    limits: limits))
        }
        return .speech(
            try RealtimeModel(
                endpoint: endpoint, model: "gpt-realtime", voice: "marin", transcriptionModel: "whisper-1",
                agent: .forTests, egress: egress, connectTimeout: patience.connect, limits: limits))
    }
}

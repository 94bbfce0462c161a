import TomEngines

/// Silero VAD v5 in ONNX Runtime. Stateless: the state goes in and comes out with each batch.
final class SileroModel: Sendable {
    let model: OnnxModel

    /// Loads the model and proves it on silence, alone and two at a time.
    /// - Throws: `vad.model_missing`, `vad.model_unusable`.
    init(path: String, runtime: OnnxRuntime) throws(EngineError) {
        model = try OnnxModel(
            path: path, stage: "vad", runtime: runtime,
            inputs: [
                .init(name: "input", element: .float, sizes: [nil, nil]),
                .init(name: "state", element: .float, sizes: [2, nil, SileroFrame.layer]),
                .init(name: "sr", element: .int64, sizes: []),
            ],
            outputs: [
                .init(name: "output", element: .float, sizes: [nil, 1]),
                .init(name: "stateN", element: .float, sizes: [nil, nil, nil]),
            ])
        let batch = SileroBatch(capacity: 2)
        for count in 1...2 {
            batch.removeAll()
            for _ in 0..<count {
                batch.append(SileroMemory(), frame: [Int16](repeating: 0, count: SileroFrame.samples))
            }
            do {
                try batch.run(self)
            } catch {
                throw .modelUnusable("vad", path: path, why: "it fails on silence: \(error.message)")
            }
            guard batch.probabilities.allSatisfy({ (0...1).contains($0) }) else {
                throw .modelUnusable("vad", path: path, why: "what it makes of silence is no probability")
            }
        }
    }
}

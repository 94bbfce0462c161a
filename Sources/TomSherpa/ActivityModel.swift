import TomEngines

/// A voice activity model of sherpa-onnx: its kind, recognised by what goes in and comes out, and how it takes audio.
struct ActivityModel: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Silero VAD v3 and v4, or as k2-fsa exports it.
        case silero4
        /// Silero VAD v5 and v6.
        case silero5
        /// TEN VAD with the metadata that sherpa-onnx's makers add.
        case ten
    }

    let kind: Kind
    let path: String

    /// What the kind is called by its makers.
    var kindName: String {
        switch kind {
        case .silero4: "Silero VAD v4"
        case .silero5: "Silero VAD v5"
        case .ten: "TEN VAD"
        }
    }

    /// Samples of a frame: 32 ms, or TEN's 16 ms.
    var frameSamples: Int { kind == .ten ? 256 : 512 }

    /// Samples of the frame before that the library puts in front of each; where a call begins it has none, and waits
    /// for so many more.
    var contextSamples: Int { kind == .silero5 ? 64 : 0 }

    /// Looks at the file `path`; loads nothing.
    /// - Throws: `vad.model_missing`, `vad.model_unusable`.
    init(path: String) throws(EngineError) {
        let file = try OnnxFile(path: path, stage: .vad)
        guard let kind = Self.kind(file) else {
            throw .modelUnusable(.vad, path, "it is neither Silero VAD nor TEN VAD as sherpa-onnx takes them.")
        }
        if kind == .ten { try Self.check(ten: file) }
        self.kind = kind
        self.path = path
    }

    private static func kind(_ file: OnnxFile) -> Kind? {
        if file.metadata["model_type"] == "ten-vad" { return .ten }
        // The library ends the process over other names, and over this order of them.
        if file.inputs == ["input", "state", "sr"], file.outputs == ["output", "stateN"] { return .silero5 }
        if file.inputs == ["input", "sr", "h", "c"], file.outputs == ["output", "hn", "cn"] { return .silero4 }
        if file.inputs == ["x", "h", "c"], file.outputs == ["prob", "new_h", "new_c"] { return .silero4 }
        return nil
    }

    private static func check(ten file: OnnxFile) throws(EngineError) {
        for (key, count) in [("mean", 41), ("inv_stddev", 41), ("window", 768)] {
            try file.require([key], stage: .vad, kind: "TEN VAD")
            guard file.list(key).count == count else {
                throw .modelUnusable(.vad, file.path, "its metadata “\(key)” has not the \(count) numbers of TEN VAD.")
            }
        }
    }
}

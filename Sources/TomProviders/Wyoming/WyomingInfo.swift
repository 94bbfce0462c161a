import Foundation

/// What a server of the Wyoming protocol says about itself: its answer to `describe`.
public struct WyomingInfo: Sendable, Equatable {
    /// Something that transcribes or speaks.
    public struct Program: Sendable, Equatable {
        public var name: String
        public var version: String?
        /// Names of its models, or of its voices.
        public var names: [String]
        /// Of all its models or voices, sorted, each once; as the server spells them: `en`, `en_GB`.
        public var languages: [String]
        /// Whether a transcript or speech comes in pieces.
        public var isStreaming: Bool
    }

    /// What transcribes, the one that is asked first.
    public var transcribers: [Program]
    /// What speaks, the one that is asked first.
    public var synthesizers: [Program]

    public init(transcribers: [Program], synthesizers: [Program]) {
        self.transcribers = transcribers
        self.synthesizers = synthesizers
    }
}

extension WyomingInfo {
    /// Reads leniently: what is not there is taken to be none.
    init(_ data: [String: Any]) {
        func programs(_ domain: String, _ list: String, _ streaming: String) -> [Program] {
            (data[domain] as? [[String: Any]] ?? []).map { program in
                let entries = (program[list] as? [[String: Any]] ?? []).filter { $0["installed"] as? Bool ?? true }
                return Program(
                    name: program["name"] as? String ?? "", version: program["version"] as? String,
                    names: entries.compactMap { $0["name"] as? String },
                    languages: Set(entries.flatMap { $0["languages"] as? [String] ?? [] }).sorted(),
                    isStreaming: program[streaming] as? Bool ?? false)
            }
        }
        self.init(
            transcribers: programs("asr", "models", "supports_transcript_streaming"),
            synthesizers: programs("tts", "voices", "supports_synthesize_streaming"))
    }
}

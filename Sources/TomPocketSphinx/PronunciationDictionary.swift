import Foundation
import TomEngines

/// The part of a pronunciation dictionary in CMU format that is needed: a decoder loads it in a few milliseconds,
/// where the whole one takes half a second and tens of megabytes.
struct PronunciationDictionary: Sendable, Equatable {
    /// Lines `word PH PH` and, for the further pronunciations of a word, `word(2) PH PH`.
    private(set) var lines: [String] = []
    /// The words found.
    private(set) var words: Set<String> = []

    /// Reads the pronunciations of `wanted` from the dictionary at `path`.
    /// - Throws: `stt.model_missing`.
    init(path: String, wanted: Set<String>) throws(EngineError) {
        guard let content = FileManager.default.contents(atPath: path) else { throw .modelMissing(path: path) }
        for line in content.split(separator: UInt8(ascii: "\n")) {
            let entry = line.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
            let word = String(decoding: entry.prefix { $0 != UInt8(ascii: "(") }, as: UTF8.self)
            guard wanted.contains(word) else { continue }
            lines.append(String(decoding: line, as: UTF8.self))
            words.insert(word)
        }
    }

    /// A dictionary in which every phone is a word.
    init(phones: [String]) {
        lines = phones.map { "ph_\($0.lowercased()) \($0)" }
        words = Set(phones.map { "ph_\($0.lowercased())" })
    }

    /// Hands the path of a file with these lines to `body`, and removes the file afterwards.
    /// - Throws: `stt.temporary_file`, or what `body` throws.
    func withFile<Result>(_ body: (String) throws(EngineError) -> Result) throws(EngineError) -> Result {
        let path = NSTemporaryDirectory() + "/tom-" + UUID().uuidString + ".dict"
        let content = Data((lines.joined(separator: "\n") + "\n").utf8)
        guard FileManager.default.createFile(atPath: path, contents: content) else { throw .temporaryFile }
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }
}

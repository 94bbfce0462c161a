import Foundation
import TomEngines

/// The files of a model's folder, by what their names say.
struct ModelFolder {
    let path: String
    let stage: SherpaStage
    /// File names, sorted.
    let names: [String]

    /// - Throws: `<stage>.model_missing`.
    init(_ path: String, stage: SherpaStage) throws(EngineError) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .modelMissing(stage, path)
        }
        self.path = path
        self.stage = stage
        self.names = names.sorted()
    }

    func file(_ name: String) -> String { path + "/" + name }

    func has(_ name: String) -> Bool { names.contains(name) }

    /// The ONNX file whose name holds `part` and nothing of `others`.
    ///
    /// Folders of models often hold a part twice, plain and quantised to 8 bits: the latter takes half the time and
    /// hears about as well.
    func onnx(_ part: String, without others: [String] = []) -> String? {
        let fitting = names.filter { name in
            let lower = name.lowercased()
            return (lower.hasSuffix(".onnx") || lower.hasSuffix(".ort")) && lower.contains(part)
                && !others.contains(where: lower.contains)
        }
        return (fitting.first { $0.contains("int8") } ?? fitting.first).map(file)
    }

    /// The list of tokens: `tokens.txt`, or with the model's name before it.
    /// - Throws: `<stage>.model_unusable`.
    func tokens() throws(EngineError) -> String {
        guard let name = has("tokens.txt") ? "tokens.txt" : names.first(where: { $0.hasSuffix("tokens.txt") }) else {
            throw .modelUnusable(stage, path, "it holds no tokens.txt.")
        }
        let file = file(name)
        guard let text = FileManager.default.contents(atPath: file) else { throw .modelMissing(stage, file) }
        // Lines “token number”; the token of a space may be left out.
        let first = text.prefix { $0 != UInt8(ascii: "\n") }
        let number = first.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }).last
        guard let number, Int(String(decoding: number, as: UTF8.self).trimmingCharacters(in: .whitespaces)) != nil
        else { throw .modelUnusable(stage, file, "it is no list of tokens with their numbers.") }
        return file
    }
}

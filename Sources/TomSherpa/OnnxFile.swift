import Glibc
import TomEngines

/// What can be told of an ONNX file without loading it: whether it is whole, its metadata, and what goes in and out.
///
/// sherpa-onnx ends the process over a file that is cut off or lacks metadata it asks for. A model is a protocol buffer
/// (`ModelProto` of the ONNX specification): fields with their lengths, one after the other, so a file that was cut off
/// ends within one.
struct OnnxFile: Sendable, Equatable {
    let path: String
    /// Empty, as the names below, for files of ONNX Runtime's own format (`.ort`), which is not read further.
    private(set) var metadata: [String: String] = [:]
    /// Names of the graph's inputs and outputs, in order.
    private(set) var inputs: [String] = []
    private(set) var outputs: [String] = []

    private static let graphField: UInt64 = 7
    private static let metadataField: UInt64 = 14
    private static let inputField: UInt64 = 11
    private static let outputField: UInt64 = 12
    private static let nameField: UInt64 = 1
    /// Bytes of one metadata entry at most; real ones have a few kilobytes (lists of languages).
    private static let maximumEntry = 1 << 20
    private static let maximumEntries = 1_000

    /// - Throws: `<stage>.model_missing`, `<stage>.model_unusable`.
    init(path: String, stage: SherpaStage) throws(EngineError) {
        self.path = path
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .modelMissing(stage, path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .modelMissing(stage, path)
        }
        var reader = Reader(descriptor: descriptor, size: Int(status.st_size))
        if reader.isORT { return }
        guard read(&reader) else {
            throw .modelUnusable(stage, path, "it is no ONNX model, or only a part of one.")
        }
    }

    /// The number called `key`.
    func integer(_ key: String) -> Int? { metadata[key].flatMap { Int($0) } }

    /// The comma-separated list called `key`.
    func list(_ key: String) -> [String] { metadata[key]?.split(separator: ",").map(String.init) ?? [] }

    /// - Throws: `<stage>.model_unusable` when one of `keys` is missing.
    func require(_ keys: [String], stage: SherpaStage, kind: String) throws(EngineError) {
        if let missing = keys.first(where: { metadata[$0] == nil }) {
            throw .modelUnusable(
                stage, path, "it lacks the metadata “\(missing)” that sherpa-onnx needs of \(kind).")
        }
    }

    /// - Returns: whether it is a whole model.
    private mutating func read(_ reader: inout Reader) -> Bool {
        var hasGraph = false
        while !reader.isAtEnd {
            guard let (field, length) = reader.nextField() else { return false }
            if field == Self.graphField {
                hasGraph = true
                readPorts(reader.message(length))
            }
            guard field == Self.metadataField else { continue }
            guard length <= Self.maximumEntry, metadata.count < Self.maximumEntries,
                var entry = reader.contents(length)
            else { return false }
            // A `StringStringEntryProto`: key and value.
            if let texts = entry.texts(), let key = texts[1] { metadata[key] = texts[2] ?? "" }
        }
        return hasGraph
    }

    /// The names of a `GraphProto`'s inputs and outputs, as far as they can be read.
    private mutating func readPorts(_ graph: Reader) {
        var graph = graph
        while !graph.isAtEnd, let (field, length) = graph.nextField() {
            guard field == Self.inputField || field == Self.outputField else { continue }
            guard length <= Self.maximumEntry, inputs.count + outputs.count < Self.maximumEntries else { return }
            guard var port = graph.contents(length), let name = port.texts()?[Self.nameField] else { return }
            if field == Self.inputField { inputs.append(name) } else { outputs.append(name) }
        }
    }
}

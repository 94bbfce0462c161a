import Glibc
import TomEngines

/// What can be told of an ONNX file without loading it: whether it is whole, and its metadata.
///
/// sherpa-onnx ends the process over a file that is cut off or lacks metadata it asks for. A model is a protocol buffer
/// (`ModelProto` of the ONNX specification): fields with their lengths, one after the other, so a file that was cut off
/// ends within one.
struct OnnxFile: Sendable, Equatable {
    let path: String
    /// Empty for files of ONNX Runtime's own format (`.ort`), which is not read further.
    private(set) var metadata: [String: String] = [:]

    private static let graphField: UInt64 = 7
    private static let metadataField: UInt64 = 14
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
        guard let metadata = Self.metadata(&reader) else {
            throw .modelUnusable(stage, path, "it is no ONNX model, or only a part of one.")
        }
        self.metadata = metadata
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

    private static func metadata(_ reader: inout Reader) -> [String: String]? {
        var metadata: [String: String] = [:]
        var hasGraph = false
        while !reader.isAtEnd {
            guard let (field, length) = reader.nextField() else { return nil }
            hasGraph = hasGraph || field == graphField
            guard field == metadataField else { continue }
            guard length <= maximumEntry, metadata.count < maximumEntries,
                var entry = reader.contents(length)
            else { return nil }
            if let (key, value) = entry.keyAndValue() { metadata[key] = value }
        }
        return hasGraph ? metadata : nil
    }
}

extension OnnxFile {
    /// Reads fields of a protocol buffer in a file, without their contents.
    private struct Reader {
        let descriptor: CInt
        let size: Int
        var offset = 0
        /// Where the contents of the last field begin.
        var start = 0

        init(descriptor: CInt, size: Int) {
            self.descriptor = descriptor
            self.size = size
        }

        var isAtEnd: Bool { offset >= size }

        /// Flatbuffers carry their identifier after the first offset.
        var isORT: Bool { bytes(at: 4, count: 4) == Array("ORTM".utf8) }

        /// Number and length of the next field, which is passed over; `nil` when there is none or it does not end
        /// within the file.
        mutating func nextField() -> (field: UInt64, length: Int)? {
            var head = Bytes(bytes(at: offset, count: 20))
            guard let key = head.varint(), key >> 3 > 0 else { return nil }
            let length: Int
            switch key & 7 {
            case 0:
                guard head.varint() != nil else { return nil }
                length = 0
            case 1: length = 8
            case 5: length = 4
            case 2:
                guard let count = head.varint(), count <= UInt64(size) else { return nil }
                length = Int(count)
            default: return nil
            }
            start = offset + head.position
            offset = start + length
            return offset <= size ? (key >> 3, length) : nil
        }

        func contents(_ length: Int) -> Bytes? {
            let bytes = bytes(at: start, count: length)
            return bytes.count == length ? Bytes(bytes) : nil
        }

        private func bytes(at offset: Int, count: Int) -> [UInt8] {
            [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
            }
        }
    }

    /// Bytes of a protocol buffer in memory.
    private struct Bytes {
        private let bytes: [UInt8]
        private(set) var position = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) {
                guard position < bytes.count else { return nil }
                let byte = bytes[position]
                position += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }

        /// A `StringStringEntryProto`: key in field 1, value in field 2.
        mutating func keyAndValue() -> (String, String)? {
            var strings: [UInt64: String] = [:]
            while position < bytes.count {
                guard let key = varint(), key & 7 == 2, let length = varint(), length <= UInt64(bytes.count - position)
                else { return nil }
                strings[key >> 3] = String(decoding: bytes[position..<position + Int(length)], as: UTF8.self)
                position += Int(length)
            }
            return strings[1].map { ($0, strings[2] ?? "") }
        }
    }
}

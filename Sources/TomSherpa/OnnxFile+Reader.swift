import Glibc

extension OnnxFile {
    /// Reads fields of a protocol buffer in a file, without their contents.
    struct Reader {
        private let descriptor: CInt
        /// Where the last field ends.
        private let size: Int
        private var offset: Int
        /// Where the contents of the last field begin.
        private var start = 0

        init(descriptor: CInt, size: Int, offset: Int = 0) {
            self.descriptor = descriptor
            self.size = size
            self.offset = offset
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

        /// The fields of the message that the last field holds.
        func message(_ length: Int) -> Reader {
            Reader(descriptor: descriptor, size: start + length, offset: start)
        }

        /// What the last field holds.
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
    struct Bytes {
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

        /// The texts of a message that holds nothing but texts and messages, by their fields.
        mutating func texts() -> [UInt64: String]? {
            var texts: [UInt64: String] = [:]
            while position < bytes.count {
                guard let key = varint(), key & 7 == 2, let length = varint(), length <= UInt64(bytes.count - position)
                else { return nil }
                texts[key >> 3] = String(decoding: bytes[position..<position + Int(length)], as: UTF8.self)
                position += Int(length)
            }
            return texts
        }
    }
}

/// The mask of one client frame, applied to a payload that arrives in pieces (RFC 6455 section 5.3).
struct WebSocketMask: Sendable, Equatable {
    /// The four mask bytes twice, in memory order, turned so that the first belongs to the next payload byte.
    private var word: UInt64 = 0

    init() {}

    init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        let half = UInt64(a) | UInt64(b) << 8 | UInt64(c) << 16 | UInt64(d) << 24
        word = UInt64(littleEndian: half | half << 32)
    }

    /// Appends the unmasked `bytes` and turns the mask on by as many.
    mutating func append(_ bytes: UnsafeRawBufferPointer, to target: inout [UInt8]) {
        let start = target.count
        target.append(contentsOf: bytes)
        let word = word
        target.withUnsafeMutableBytes { all in
            let fresh = UnsafeMutableRawBufferPointer(rebasing: all[start...])
            var index = 0
            while index + 8 <= fresh.count {
                let value = fresh.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ word
                fresh.storeBytes(of: value, toByteOffset: index, as: UInt64.self)
                index += 8
            }
            withUnsafeBytes(of: word) { key in
                while index < fresh.count {
                    fresh[index] ^= key[index & 7]
                    index += 1
                }
            }
        }
        let turn = UInt64(bytes.count & 3) * 8
        let little = word.littleEndian
        self.word = UInt64(littleEndian: turn == 0 ? little : little >> turn | little << (64 - turn))
    }
}

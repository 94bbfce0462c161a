extension JSONScanner {
    /// Decodes a string of base64 into `output`, which then holds exactly that.
    ///
    /// - Parameters:
    ///   - value: a string.
    ///   - limit: bytes that are decoded at most.
    ///   - output: reused storage; its content is undefined unless all of the string was decoded.
    /// - Returns: the bytes that the string stands for, more than `limit` of which are not decoded; `nil` when it is not
    ///   base64.
    package func base64(_ value: JSONToken, limit: Int, into output: inout [UInt8]) -> Int? {
        if value.kind == .string {
            let text = text(value.range)
            guard let count = Base64.decodedCount(text) else { return nil }
            guard count <= limit else { return count }
            output.resize(to: count)
            return output.withUnsafeMutableBytes { Base64.decode(text, into: $0) } ? count : nil
        }
        // Encoders that escape '/' or '+' do so in every message: unescape into the buffer and decode it in place.
        output.removeAll(keepingCapacity: true)
        unescape(value, into: &output)
        let count: Int? = output.withUnsafeMutableBytes { bytes in
            let text = UnsafeRawBufferPointer(bytes)
            guard let count = Base64.decodedCount(text) else { return nil }
            guard count <= limit else { return count }
            return Base64.decode(text, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])) ? count : nil
        }
        if let count, count <= limit { output.resize(to: count) }
        return count
    }
}

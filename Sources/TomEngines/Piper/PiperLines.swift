/// What Piper prints: a line for each sentence, which ends with the path of the file that holds its audio.
///
/// The Python program logs `INFO:__main__:Wrote /folder/123.wav`; the older one prints the path alone. All else is
/// passed over without being kept, since logs quote texts.
struct PiperLines {
    /// The longest line that is looked at, in bytes.
    private static let maxLength = 8_192

    private let prefix: [UInt8]
    private var line: [UInt8] = []
    private var isTooLong = false

    /// - Parameter folder: where Piper writes, without a slash at its end.
    init(folder: String) { prefix = Array((folder + "/").utf8) }

    /// Takes the next bytes.
    /// - Returns: the names of the files that are complete, in order.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        var names: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if !isTooLong, let name = name(in: line) { names.append(name) }
                line.removeAll(keepingCapacity: true)
                isTooLong = false
            } else if line.count < Self.maxLength {
                line.append(byte)
            } else {
                isTooLong = true
            }
        }
        return names
    }

    private func name(in line: [UInt8]) -> String? {
        var end = line.count
        while end > 0, line[end - 1] == UInt8(ascii: "\r") || line[end - 1] == UInt8(ascii: "\"") { end -= 1 }
        let text = line[..<end]
        guard let slash = text.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let name = text[(slash + 1)...]
        guard text[...slash].suffix(prefix.count).elementsEqual(prefix), name.count > 4,
            name.suffix(4).elementsEqual(".wav".utf8)
        else { return nil }
        return String(decoding: name, as: UTF8.self)
    }
}

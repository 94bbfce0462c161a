/// Words as models write them, made fit for a language model and the eye.
enum HeardText {
    /// Without white space around it, and in lower case where the model knows capitals only, as those trained on
    /// LibriSpeech.
    static func cleaned(_ text: String) -> String {
        var words = text.split(whereSeparator: \.isWhitespace)
        // What Whisper writes for silence and noise.
        words.removeAll { $0.hasPrefix("[") && $0.hasSuffix("]") }
        let text = words.joined(separator: " ")
        let shouts = text.contains(where: \.isUppercase) && !text.contains(where: \.isLowercase)
        return shouts && text.count > 1 ? text.lowercased() : text
    }
}

/// Text as a synthesiser is to say it: numbers, times, addresses and abbreviations written as they are spoken.
///
/// Only what goes to the synthesiser is changed; the record and the wire keep the words as they were written. Plain
/// whole numbers stay digits, which every synthesiser reads.
public enum SpokenText {
    /// - Parameters:
    ///   - text: one sentence or clause.
    ///   - language: BCP 47 code. Of languages other than German and English only markup and emoji are taken away.
    /// - Returns: words separated by one space; `text` itself where nothing would be left of it.
    public static func of(_ text: String, language: String) -> String {
        let words = SpeechMarkup.words(of: text)
        let spoken: String
        if let vocabulary = SpokenVocabulary.of(language) {
            var writer = SpokenTextWriter(words, vocabulary: vocabulary)
            spoken = writer.write()
        } else {
            spoken = words.joined(separator: " ")
        }
        return spoken.contains { $0.isLetter || $0.isNumber } ? spoken : text
    }
}

// libFuzzer target for what text goes through on its way to a voice: sentences and spoken forms. Compiled together with the
// sources of both (see run.sh). The first byte chooses the language and whether clauses are cut, the second how long deltas are.

/// What is asked: never to trap, to cut by the text alone and not by its deltas, and to lose no letter.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard input.count > 2 else { return 0 }
    let language = ["de", "en", "en-GB", "fr"][Int(input[0] & 3)]
    let clauses = input[0] & 4 != 0
    let text = String(decoding: input.dropFirst(2), as: UTF8.self)
    let whole = sentences([text], language, clauses)
    let parts = sentences(deltas(text, Int(input[1] & 15) + 1), language, clauses)
    precondition(whole == parts, "the deltas' borders changed the sentences")
    precondition(letters(whole.joined()) == letters(text), "a letter was lost")
    for sentence in whole {
        let spoken = SpokenText.of(sentence, language: language)
        precondition(
            !spoken.isEmpty && spoken.utf8.count <= 200 + sentence.utf8.count * 40, "nothing, or too much, is said")
    }
    return 0
}

private func sentences(_ deltas: [String], _ language: String, _ clauses: Bool) -> [String] {
    var splitter = SentenceSplitter(language: language, cutsFirstClause: clauses)
    return deltas.flatMap { splitter.append($0) } + [splitter.finish()].compactMap(\.self)
}

private func deltas(_ text: String, _ length: Int) -> [String] {
    var rest = Array(text.unicodeScalars)[...]
    var deltas: [String] = []
    while !rest.isEmpty {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: rest.prefix(length))
        deltas.append(String(view))
        rest = rest.dropFirst(length)
    }
    return deltas
}

private func letters(_ text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
}

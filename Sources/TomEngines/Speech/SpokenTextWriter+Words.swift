/// Abbreviations and symbols.
extension SpokenTextWriter {
    func abbreviation(_ word: SpokenWord) -> Spoken? {
        // The longest first: "i. d. R." before "i.".
        for count in (1...3).reversed() where position + count <= words.count {
            let parts = (0..<count).compactMap { self.word(at: position + $0) }
            guard let last = parts.last, parts.dropLast().allSatisfy({ $0.tail == "." }),
                parts.allSatisfy({ !$0.core.isEmpty })
            else { continue }
            let key = parts.map { $0.core.lowercased() }.joined(separator: ".")
            if last.tail.hasPrefix("."), let entry = vocabulary.abbreviations[key], holds(entry.condition, count) {
                return Spoken(text: entry.spoken, count: count, tail: tailWithoutStop(last, count))
            }
        }
        if let spoken = street(word) { return spoken }
        guard !word.tail.hasPrefix("."), let spoken = vocabulary.undotted[String(word.core)] else { return nil }
        return Spoken(text: spoken)
    }

    private func holds(_ condition: SpokenVocabulary.Condition, _ count: Int) -> Bool {
        let next = word(at: position + count)?.core
        switch condition {
        case .always: return true
        case .notLast: return next != nil
        case .beforeCapital: return next?.beginsWithCapital ?? false
        case .beforeDigit: return next?.beginsWithDigit ?? false
        case .besideDigit:
            return next?.beginsWithDigit ?? false || word(at: position - 1)?.core.beginsWithDigit ?? false
        }
    }

    /// "Hauptstr." in German; "Main St." and "Oak Dr." in English, where the same letters are a saint and a doctor.
    private func street(_ word: SpokenWord) -> Spoken? {
        guard word.tail.hasPrefix(".") else { return nil }
        let tail = tailWithoutStop(word)
        if isGerman {
            guard word.core.lowercased().hasSuffix("str"), word.core.count > 4 else { return nil }
            return Spoken(text: word.core + "aße", tail: tail)
        }
        guard word.core == "St" || word.core == "Dr" else { return nil }
        let previous = self.word(at: position - 1)
        let followsName =
            position > 1 && (previous?.core.beginsWithCapital ?? false) && (previous?.tail.isEmpty ?? false)
        let precedesName = self.word(at: position + 1)?.core.beginsWithCapital ?? false
        if precedesName, !followsName { return Spoken(text: word.core == "St" ? "Saint" : "Doctor", tail: tail) }
        return followsName ? Spoken(text: word.core == "St" ? "Street" : "Drive", tail: tail) : nil
    }

    func symbol(_ word: SpokenWord) -> Spoken? {
        let core = word.core
        guard core.contains(where: { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "-" && $0 != "." }) else {
            return nil
        }
        if let name = vocabulary.symbols[String(core)] { return Spoken(text: name) }
        if let first = core.first, core.count > 1, let name = vocabulary.prefixes[first] {
            let rest = core.dropFirst()
            if first == "#", !rest.beginsWithDigit { return Spoken(text: String(rest)) }
            if first != "~" || rest.beginsWithDigit { return Spoken(text: "\(name) \(rest)") }
        }
        if core.contains("/") { return alternatives(core) }
        if core.contains("&") {
            return Spoken(text: core.split(separator: "&").joined(separator: " \(vocabulary.and) "))
        }
        let isBare = !core.contains { $0.isLetter || $0.isNumber }
        return isBare ? Spoken(text: "", tail: word.tail.isEmpty ? dashPause(core) : nil) : nil
    }

    /// A dash between words is a pause.
    private func dashPause(_ core: Substring) -> String { core.allSatisfy { "-–—".contains($0) } ? "," : "" }

    /// "he/she" is "he or she", "und/oder" is "und oder", "TCP/IP" is two names.
    private func alternatives(_ core: Substring) -> Spoken? {
        let parts = core.split(separator: "/").map(String.init)
        guard !parts.isEmpty else { return Spoken(text: vocabulary.slash) }
        let isNamed = parts.allSatisfy { $0 == $0.uppercased() }
        let saysOr = parts.contains { ["und", "oder", "and", "or"].contains($0.lowercased()) }
        return Spoken(text: parts.joined(separator: isNamed || saysOr ? " " : " \(vocabulary.or) "))
    }
}

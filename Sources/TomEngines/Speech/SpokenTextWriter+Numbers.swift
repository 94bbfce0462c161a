/// Numbers, ranges, amounts of money and measures.
extension SpokenTextWriter {
    /// "9-17 Uhr" as three words, so that each end is read for itself.
    mutating func splitRange(_ word: SpokenWord) {
        let core = word.core
        let dashes = core.indices.filter { "-–".contains(core[$0]) }
        if core.isEmpty || dashes.first == core.startIndex { return splitLoneDash() }
        if splitSpacedDays(word) { return }
        guard dashes.count == 1, let dash = dashes.first else { return }
        var (from, to) = (String(core[..<dash]), String(core[core.index(after: dash)...]))
        if let first = vocabulary.weekdays[from.replacingFullStop], let last = vocabulary.weekdays[to.replacingFullStop]
        {
            (from, to) = (first, last)
        } else {
            guard isRangeEnd(from), isRangeEnd(to) else { return }
        }
        words.replaceSubrange(
            position...position, with: [word.lead + from, vocabulary.until, to + word.tail].map { SpokenWord($0) })
    }

    private func isRangeEnd(_ text: String) -> Bool {
        let text = text.drop { "$€£".contains($0) }
        guard text.beginsWithDigit else { return false }
        let unit = text.drop { ("0"..."9").contains($0) || ".,:".contains($0) }
        return unit.isEmpty || vocabulary.units[String(unit)] != nil
            || ["am", "pm", "%", "€", "h"].contains(unit.lowercased())
    }

    /// "9 – 17 Uhr"
    private mutating func splitLoneDash() {
        guard Self.dashes.contains(words[position].raw), let next = word(at: position + 1),
            let previous = word(at: position - 1), next.core.beginsWithDigit, previous.core.beginsWithDigit,
            !previous.tail.contains(where: { ",;:!?".contains($0) })
        else { return }
        words[position] = SpokenWord(vocabulary.until)
    }

    /// "Mo. – Fr."
    mutating func splitSpacedDays(_ word: SpokenWord) -> Bool {
        guard let first = vocabulary.weekdays[String(word.core)], let next = self.word(at: position + 2),
            Self.dashes.contains(words[position + 1].raw), let last = vocabulary.weekdays[String(next.core)]
        else { return false }
        let days = [word.lead + first, vocabulary.until, last + tailWithoutStop(next, 3)]
        words.replaceSubrange(position...(position + 2), with: days.map { SpokenWord($0) })
        return true
    }

    private static let dashes: Set<String> = ["-", "–", "—"]

    // MARK: Plain numbers

    /// A number as it is spoken, from one written by the language's rules.
    struct Numeral {
        /// With its sign.
        var whole: String
        /// Digits behind the decimal mark; empty for none.
        var fraction: String
        var isOne: Bool { whole == "1" && fraction.isEmpty }
    }

    /// `1.000,50` in German, `1,000.50` in English; `nil` for anything else.
    func numeral(_ text: some StringProtocol) -> Numeral? {
        var text = String(text)
        var sign = ""
        if let first = text.first, "-−–+±".contains(first) {
            sign = vocabulary.signs[first] ?? ""
            text.removeFirst()
        }
        guard let digits = DigitGroups(text, separators: ".,") else { return nil }
        let (group, decimal): (Character, Character) = isGerman ? (".", ",") : (",", ".")
        var wholes = digits.groups
        var fraction = ""
        if digits.separators.last == decimal { fraction = wholes.removeLast() }
        let groupMarks = digits.separators.dropLast(fraction.isEmpty ? 0 : 1)
        guard groupMarks.allSatisfy({ $0 == group }) else { return nil }
        if wholes.count > 1 {
            guard (1...3).contains(wholes[0].count), wholes.dropFirst().allSatisfy({ $0.count == 3 }) else {
                return nil
            }
        }
        return Numeral(whole: sign + wholes.joined(), fraction: fraction)
    }

    func spoken(_ numeral: Numeral) -> String {
        guard !numeral.fraction.isEmpty else { return numeral.whole }
        return numeral.whole + " \(vocabulary.decimalMark) " + numeral.fraction.map(String.init).joined(separator: " ")
    }

    func number(_ word: SpokenWord) -> Spoken? {
        if let numeral = numeral(word.core) { return word.core.isDigits ? nil : Spoken(text: spoken(numeral)) }
        guard let digits = DigitGroups(word.core) else { return nil }
        if digits.areSeparated(by: "/"), digits.groups.count == 2 {
            if let fraction = vocabulary.fractions[String(word.core)] { return Spoken(text: fraction) }
            return Spoken(text: digits.groups.joined(separator: word.core == "24/7" ? " " : " \(vocabulary.slash) "))
        }
        // Versions and the like: "1.2.3"
        let point = digits.areSeparated(by: ".") ? " \(vocabulary.point) " : " "
        return Spoken(text: digits.groups.joined(separator: point))
    }

    // MARK: Money

    func money(_ word: SpokenWord) -> Spoken? {
        let core = word.core
        if let first = core.first, let currency = vocabulary.currencies[String(first)],
            let value = amount(core.dropFirst())
        {
            guard word.tail.isEmpty, let next = self.word(at: position + 1),
                vocabulary.magnitudes.contains(next.core.lowercased())
            else { return Spoken(text: spoken(value, currency)) }
            return Spoken(text: "\(spoken(value)) \(next.core) \(currency.many)", count: 2)
        }
        if let last = core.last, let currency = vocabulary.currencies[String(last)], let value = amount(core.dropLast())
        {
            return Spoken(text: spoken(value, currency))
        }
        guard let next = self.word(at: position + 1) else { return currencyAlone(core) }
        if let value = amount(core), word.tail.isEmpty {
            if let currency = vocabulary.currencies[String(next.core)] {
                return Spoken(text: spoken(value, currency), count: 2)
            }
            // Without hundredths it may be part of another word's name: "a 50 dollar bill".
            if value.fraction.count == 2, let currency = vocabulary.currency(named: next.core), !currency.isWeight {
                return Spoken(text: spoken(value, currency), count: 2)
            }
        }
        if word.tail.isEmpty, let currency = vocabulary.currencies[String(core)], let value = amount(next.core) {
            return Spoken(text: spoken(value, currency), count: 2)
        }
        return currencyAlone(core)
    }

    /// A sign without a number beside it; codes stay as they are.
    private func currencyAlone(_ core: Substring) -> Spoken? {
        core.count == 1 ? vocabulary.currencies[String(core)].map { Spoken(text: $0.many) } : nil
    }

    /// Also `12,-` and `12,–`.
    private func amount(_ text: some StringProtocol) -> Numeral? {
        var text = String(text)
        for end in [",-", ",–", ".-", ".–"] where text.hasSuffix(end) { text.removeLast(2) }
        return numeral(text)
    }

    private func spoken(_ value: Numeral, _ currency: SpokenVocabulary.Currency) -> String {
        func count(_ number: String, _ one: String, _ many: String) -> String {
            number == "1" ? "\(vocabulary.one) \(one)" : "\(number) \(many)"
        }
        guard value.fraction.count == 2, !currency.minorMany.isEmpty else {
            return value.fraction.isEmpty
                ? count(value.whole, currency.one, currency.many) : "\(spoken(value)) \(currency.many)"
        }
        let minor = String(Int(value.fraction) ?? 0)
        if minor == "0" { return count(value.whole, currency.one, currency.many) }
        if value.whole == "0" { return count(minor, currency.minorOne, currency.minorMany) }
        let major = count(value.whole, currency.one, currency.many)
        // "12 Euro 50", "12 dollars and 50 cents"
        return isGerman ? "\(major) \(minor)" : "\(major) and " + count(minor, currency.minorOne, currency.minorMany)
    }

    // MARK: Measures

    func measure(_ word: SpokenWord) -> Spoken? {
        let unit = word.core.drop { ("0"..."9").contains($0) || ".,-−–+±".contains($0) }
        if !unit.isEmpty, unit.startIndex > word.core.startIndex, let value = numeral(word.core[..<unit.startIndex]),
            let measure = vocabulary.units[String(unit)]
        {
            return Spoken(text: spoken(value, measure))
        }
        guard word.tail.isEmpty, let value = numeral(word.core), let next = self.word(at: position + 1) else {
            return nil
        }
        // "20 Min.", "5 Mio."
        if next.tail.hasPrefix("."), let measure = vocabulary.shortenedUnits[next.core.lowercased()] {
            return Spoken(text: spoken(value, measure), count: 2, tail: tailWithoutStop(next, 2))
        }
        return vocabulary.units[String(next.core)].map { Spoken(text: spoken(value, $0), count: 2) }
    }

    func spoken(_ value: Numeral, _ unit: SpokenVocabulary.Unit) -> String {
        guard value.isOne else { return "\(spoken(value)) \(unit.many)" }
        return "\(unit.isFeminine ? vocabulary.oneFeminine : vocabulary.one) \(unit.one)"
    }
}

extension String {
    fileprivate var replacingFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}

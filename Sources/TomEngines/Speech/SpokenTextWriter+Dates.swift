/// Dates, times of day and ordinals.
extension SpokenTextWriter {
    // MARK: Dates

    func date(_ word: SpokenWord) -> Spoken? {
        if let spoken = spacedDate(word) ?? namedDate(word) { return spoken }
        guard let digits = DigitGroups(word.core) else { return nil }
        let values = digits.values
        switch (digits.groups.count, digits.separators.first) {
        case (3, ".") where digits.areSeparated(by: "."):
            return date(day: values[0], month: values[1], year: digits.groups[2])
        case (2, ".") where isGerman && word.tail.hasPrefix("."):
            // "Version 2.1.": the sentence's own full stop makes no date.
            guard !isLast() || isDateAnnounced,
                let spoken = date(day: values[0], month: values[1], year: nil)
            else { return nil }
            return Spoken(text: spoken.text, tail: tailWithoutStop(word))
        default: return nil
        }
    }

    /// Whether the German word before says that a date follows: "am", a weekday, or a date with "und" behind it.
    private var isDateAnnounced: Bool {
        guard let previous = word(at: position - 1)?.core else { return false }
        if ["und", "oder"].contains(previous) { return word(at: position - 2)?.tail.hasPrefix(".") ?? false }
        return SpokenVocabulary.ordinalIntroductions.contains(previous.lowercased())
            || vocabulary.weekdays.contains { $0.key == previous || $0.value == previous }
    }

    /// Dates with slashes or dashes, and a month with its year: "03/04/2026", "2026-04-03", "07/2026".
    func slashedDate(_ word: SpokenWord) -> Spoken? {
        guard !isNumberAnnounced, let digits = DigitGroups(word.core, separators: "/-"),
            let separator = digits.separators.first, digits.areSeparated(by: separator)
        else { return nil }
        let (values, years) = (digits.values, digits.groups.last ?? "")
        switch (digits.groups.count, separator) {
        case (3, "-") where digits.lengths == [4, 2, 2]:
            return date(day: values[2], month: values[1], year: digits.groups[0])
        // With two digits of the year it may be any number: "20-00-00".
        case (3, "/"),
            (3, "-") where years.count == 4:
            let usual = vocabulary.monthFirst ? (values[1], values[0]) : (values[0], values[1])
            return date(day: usual.0, month: usual.1, year: years) ?? date(day: usual.1, month: usual.0, year: years)
        case (2, "/") where years.count == 4 && digits.lengths[0] <= 2 && (1900..<2200).contains(values[1]):
            guard (1...12).contains(values[0]) else { return nil }
            return Spoken(text: "\(vocabulary.months[values[0] - 1]) \(years)")
        default: return nil
        }
    }

    /// "3. 10. 2026"
    private func spacedDate(_ word: SpokenWord) -> Spoken? {
        guard isGerman, word.tail == ".", word.core.isDigits, let month = self.word(at: position + 1),
            month.core.isDigits,
            month.tail.hasPrefix("."), let day = Int(word.core), let number = Int(month.core)
        else { return nil }
        if month.tail == ".", let year = self.word(at: position + 2), year.core.count == 4, year.core.isDigits,
            let spoken = date(day: day, month: number, year: String(year.core))
        {
            return Spoken(text: spoken.text, count: 3)
        }
        guard let spoken = date(day: day, month: number, year: nil) else { return nil }
        return Spoken(text: spoken.text, count: 2, tail: tailWithoutStop(month, 2))
    }

    /// "October 3" and "3 October" in English.
    private func namedDate(_ word: SpokenWord) -> Spoken? {
        guard !isGerman, let next = self.word(at: position + 1) else { return nil }
        // "May 5 people come?" asks for no date.
        let asks = position == 0 && word.core == "May" && next.tail.isEmpty && !isLast(2)
        if !asks, let month = month(word), let day = dayNumber(next.core) {
            return Spoken(text: "\(month) \(vocabulary.ordinal(day))", count: 2)
        }
        guard word.tail.isEmpty, let day = Int(word.core), (1...31).contains(day), let month = month(next) else {
            return nil
        }
        let article = self.word(at: position - 1)?.core.lowercased() == "the" ? "" : "the "
        let isFull = vocabulary.months.contains(String(next.core))
        let tail = isFull ? String(next.tail) : tailWithoutStop(next, 2)
        return Spoken(text: "\(article)\(vocabulary.ordinal(day)) of \(month)", count: 2, tail: tail)
    }

    private func dayNumber(_ text: Substring) -> Int? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard digits.count <= 2, let day = Int(digits), (1...31).contains(day),
            ["", "st", "nd", "rd", "th"].contains(text[digits.endIndex...].lowercased())
        else { return nil }
        return day
    }

    /// The month that `word` names, in full or shortened with a full stop.
    private func month(_ word: SpokenWord) -> String? {
        if word.tail.isEmpty || word.tail == ",", vocabulary.months.contains(String(word.core)) {
            return String(word.core)
        }
        guard word.tail.hasPrefix(".") || word.tail.isEmpty, word.core.count >= 3, word.core.beginsWithCapital,
            ["Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec"].contains(word.core)
        else { return nil }
        return vocabulary.months.first { $0.hasPrefix(word.core) }
    }

    private func date(day: Int, month: Int, year: String?) -> Spoken? {
        guard (1...31).contains(day), (1...12).contains(month), year.map({ $0.count == 4 || $0.count == 2 }) ?? true
        else {
            return nil
        }
        let name = vocabulary.months[month - 1]
        let full = year.map { $0.count == 2 ? ((Int($0) ?? 0) < 70 ? "20" : "19") + $0 : $0 }
        guard isGerman else {
            return Spoken(text: "\(name) \(vocabulary.ordinal(day))" + (full.map { ", \($0)" } ?? ""))
        }
        return Spoken(text: vocabulary.ordinal(day) + ending + " \(name)" + (full.map { " \($0)" } ?? ""))
    }

    // MARK: Times

    func time(_ word: SpokenWord) -> Spoken? {
        let suffix = word.core.drop { ("0"..."9").contains($0) || ":.".contains($0) }
        guard suffix.startIndex > word.core.startIndex,
            let digits = DigitGroups(word.core[..<suffix.startIndex], separators: ":."),
            digits.groups.count <= 3, digits.values[0] <= 24, digits.lengths[0] <= 2,
            digits.lengths.dropFirst().allSatisfy({ $0 == 2 }),
            digits.values.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        let minutes = digits.groups.count > 1 ? digits.values[1] : 0
        return isGerman ? germanTime(word, digits, minutes, suffix) : englishTime(word, digits, minutes, suffix)
    }

    private func germanTime(_ word: SpokenWord, _ digits: DigitGroups, _ minutes: Int, _ suffix: Substring) -> Spoken? {
        let next = word.tail.isEmpty && suffix.isEmpty ? self.word(at: position + 1)?.core : nil
        let isNamed = next == "Uhr" || (next == "h" && digits.groups.count > 1)
        let isWritten = digits.groups.count > 1 && digits.areSeparated(by: ":")
        // "9.30 bis 12 Uhr"
        let begins =
            digits.groups.count == 2 && next.map(String.init) == vocabulary.until
            && self.word(at: position + 3)?.core == "Uhr"
        guard suffix.isEmpty || suffix == "Uhr" || (suffix == "h" && isWritten),
            isNamed || isWritten || begins || suffix == "Uhr"
        else { return nil }
        let hour = digits.values[0] == 1 ? "ein" : String(digits.values[0])
        let spokenMinutes = minutes > 0 ? " \(minutes)" : ""
        return Spoken(text: "\(hour) Uhr" + spokenMinutes + seconds(digits), count: isNamed ? 2 : 1)
    }

    /// "and 15 seconds" of "14:30:15".
    private func seconds(_ digits: DigitGroups) -> String {
        guard digits.groups.count == 3, digits.values[2] > 0, let unit = vocabulary.units["s"] else { return "" }
        return " \(vocabulary.and) " + spoken(Numeral(whole: String(digits.values[2]), fraction: ""), unit)
    }

    private func englishTime(_ word: SpokenWord, _ digits: DigitGroups, _ minutes: Int, _ suffix: Substring) -> Spoken?
    {
        var half = Self.halfOfDay(suffix)
        guard suffix.isEmpty || half != nil else { return nil }
        var count = 1
        var tail: String?
        if suffix.isEmpty, word.tail.isEmpty, let next = self.word(at: position + 1) {
            half = Self.halfOfDay(next.core)
            if half != nil {
                count = 2
                tail = next.core.contains(".") ? tailWithoutStop(next, 2) : nil
            }
        } else if half != nil {
            tail = suffix.contains(".") ? tailWithoutStop(word) : nil
        }
        let isWritten = digits.groups.count > 1 && digits.areSeparated(by: ":")
        guard half != nil || isWritten else { return nil }
        var hour = digits.values[0]
        if half == nil, hour > 12 || hour == 0 {
            half = hour >= 12 && hour < 24 ? "p m" : "a m"
            hour = hour % 12 == 0 ? 12 : hour % 12
        }
        let spokenMinutes =
            minutes == 0 ? (half == nil ? " o'clock" : "") : minutes < 10 ? " oh \(minutes)" : " \(minutes)"
        let text = "\(hour)\(spokenMinutes)" + (half.map { " \($0)" } ?? "") + seconds(digits)
        return Spoken(text: text, count: count, tail: tail)
    }

    private static func halfOfDay(_ text: Substring) -> String? {
        switch text.lowercased() {
        case "am", "a.m": "a m"
        case "pm", "p.m": "p m"
        default: nil
        }
    }

    // MARK: Ordinals

    mutating func ordinal(_ word: SpokenWord) -> Spoken? {
        guard isGerman else { return englishOrdinal(word) }
        guard word.core.isDigits, word.core.count <= 2, let value = Int(word.core), value > 0, word.tail.hasPrefix(".")
        else {
            ordinalEnding = ["und", "oder", "bis"].contains(word.core) ? ordinalEnding : ""
            return nil
        }
        let previous = self.word(at: position - 1)?.core.lowercased() ?? ""
        if isLast() {
            guard SpokenVocabulary.ordinalIntroductions.contains(previous) else { return nil }
        } else if let next = self.word(at: position + 1), !(next.core.first?.isLetter ?? false) {
            return nil
        } else if position == 0, let next = self.word(at: 1), next.core.beginsWithCapital,
            !vocabulary.months.contains(String(next.core))
        {
            // The mark of a list
            return Spoken(text: String(word.core), tail: ",")
        }
        let ending = self.ending
        ordinalEnding = ending
        let tail = isLast() ? String(word.tail) : String(word.tail.dropFirst())
        return Spoken(text: vocabulary.ordinal(value) + ending, tail: tail)
    }

    private func englishOrdinal(_ word: SpokenWord) -> Spoken? {
        let digits = word.core.prefix { ("0"..."9").contains($0) }
        guard digits.count <= 2, let value = Int(digits), value > 0,
            ["st", "nd", "rd", "th"].contains(word.core[digits.endIndex...].lowercased())
        else { return nil }
        return Spoken(text: vocabulary.ordinal(value))
    }

    /// How a German ordinal ends after the word before it: "am dritten", "die dritte", "ein dritter".
    private var ending: String {
        let previous = word(at: position - 1)?.core.lowercased() ?? ""
        switch previous {
        case "und", "oder": return ordinalEnding.isEmpty ? "er" : ordinalEnding
        case "die", "das", "eine", "diese", "dieses", "jede", "ins", "welche": return "e"
        case "der":
            let before = word(at: position - 2)?.core.lowercased() ?? ""
            return SpokenVocabulary.datives.contains(before) ? "en" : "e"
        default: return SpokenVocabulary.ordinalIntroductions.contains(previous) ? "en" : "er"
        }
    }
}

/// Telephone numbers, e-mail addresses and web addresses.
extension SpokenTextWriter {
    // MARK: Telephone

    /// Digit by digit, in the groups in which the number is written.
    func telephone(_ word: SpokenWord) -> Spoken? {
        guard let first = words[position].raw.first, "+(".contains(first) || word.core.beginsWithDigit else {
            return nil
        }
        // "(030)" and "(555)": the bracket belongs to the number.
        var groups: [String] = []
        var hasSeparator = false
        var count = 0
        while let next = self.word(at: position + count) {
            let raw = words[position + count].raw.prefix { !",;:!?…".contains($0) }
            let text = raw.drop { $0 == "(" || (count == 0 && $0 == "+") }
            let parts = text.split(whereSeparator: { "-–/().".contains($0) })
            guard !parts.isEmpty, parts.allSatisfy(\.isDigits),
                next.core.allSatisfy({ "+0123456789-–/().".contains($0) }),
                count == 0 || parts.contains(where: { $0.count > 1 })
            else { break }
            // Dates and amounts with points are no numbers to dial.
            if text.dropLast().contains("."), parts[0].count < 3 { break }
            hasSeparator = hasSeparator || parts.count > 1 || count > 0
            groups += parts.map(String.init)
            count += 1
            if next.tail.contains(where: { ",;:!?….".contains($0) }) { break }
        }
        let digits = groups.reduce(0) { $0 + $1.count }
        guard count > 0, digits <= SpokenNumber.maxDigits, isTelephone(first, groups, digits, hasSeparator) else {
            return nil
        }
        let spoken = groups.map { $0.count <= 4 ? $0.map(String.init).joined(separator: " ") : SpokenNumber.spoken($0) }
        let taken = words[position..<(position + count)].map(\.raw).joined()
        let closes = taken.count { $0 == ")" } > taken.count { $0 == "(" } ? ")" : ""
        let tail = taken.reversed().prefix { ",;:!?….)".contains($0) }.reversed().filter { $0 != ")" }
        return Spoken(
            text: (first == "+" ? "plus " : "") + spoken.joined(separator: ", "), count: count,
            tail: closes + String(tail), lead: "")
    }

    private func isTelephone(_ first: Character, _ groups: [String], _ digits: Int, _ hasSeparator: Bool) -> Bool {
        // "0 1 5": spoken form already.
        if groups.count > 1, groups.allSatisfy({ $0.count == 1 }) { return false }
        let lengths = groups.map(\.count)
        if first == "+" { return digits >= 6 }
        if groups.count == 1, groups[0].hasPrefix("0") { return digits > 1 }
        if groups[0].hasPrefix("0") { return digits >= 6 && lengths[0] >= 2 }
        if lengths == [3, 3, 4] || lengths == [1, 3, 3, 4] || (!isGerman && lengths == [3, 4]) { return true }
        if groups.count == 1 { return isNumberAnnounced ? digits >= 5 : digits >= 7 && !isAmount }
        return hasSeparator && digits >= 5 && isNumberAnnounced && !groups.contains { $0.count == 1 }
    }

    /// Whether a currency or unit follows the word.
    private var isAmount: Bool {
        guard let number = word(at: position), number.tail.isEmpty, let next = word(at: position + 1)?.core else {
            return false
        }
        return vocabulary.units[String(next)] != nil || vocabulary.currencies[String(next)] != nil
            || vocabulary.currency(named: next) != nil
    }

    /// Whether the word before says that a number to be dialled or typed follows.
    var isNumberAnnounced: Bool {
        word(at: position - 1).map { vocabulary.numberWords.contains($0.core.lowercased()) } ?? false
    }

    // MARK: Mail and web

    func address(_ word: SpokenWord) -> Spoken? {
        var core = String(word.core)
        if let scheme = ["https://", "http://", "mailto:"].first(where: { core.lowercased().hasPrefix($0) }) {
            core.removeFirst(scheme.count)
        } else if !isMail(core), !isHost(core) {
            return nil
        }
        // Nobody could write down a query by ear.
        core = String(core.prefix { $0 != "?" && $0 != "#" })
        while core.hasSuffix("/") { core.removeLast() }
        return core.isEmpty ? nil : Spoken(text: spelled(core))
    }

    private func isMail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !parts[1].hasPrefix(".")
    }

    private func isHost(_ text: String) -> Bool {
        let host = text.prefix { $0 != "/" && $0 != "?" }.lowercased()
        if host.hasPrefix("www.") { return host.count > 6 }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, let last = labels.last, SpokenVocabulary.topLevelDomains.contains(String(last)) else {
            return false
        }
        return labels.dropLast().allSatisfy { label in
            label.count > 1 && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
        } && labels.dropLast().contains { $0.contains(where: \.isLetter) }
    }

    private func spelled(_ address: String) -> String {
        var parts: [String] = []
        var run = ""
        var isNumber = false
        func finish() {
            guard !run.isEmpty else { return }
            parts.append(spelledRun(run, isNumber: isNumber))
            run = ""
        }
        for character in address {
            if let name = vocabulary.addressMarks[character] {
                finish()
                parts.append(name)
            } else if character.isLetter || character.isNumber {
                if character.isNumber != isNumber { finish() }
                isNumber = character.isNumber
                run.append(character)
            } else {
                finish()
            }
        }
        finish()
        return parts.joined(separator: " ")
    }

    /// Letters that make no syllable are named one by one: "g m x", "d e".
    private func spelledRun(_ run: String, isNumber: Bool) -> String {
        let hasVowel = run.lowercased().contains { "aeiouyäöü".contains($0) }
        let isSpelled = isNumber ? run.count > 4 || run.hasPrefix("0") : run.count <= 2 || (run.count <= 4 && !hasVowel)
        return isSpelled ? run.map(String.init).joined(separator: " ") : run
    }
}

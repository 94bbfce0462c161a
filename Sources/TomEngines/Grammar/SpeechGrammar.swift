/// What a recogniser may hear: whole phrases, optionally wrapped in small talk, and digit strings.
///
/// A value from plain lists; ``jsgf(name:)`` writes it in the notation that speech recognisers read. Phrases are
/// normalised (``SpokenForm``), so that "We're open at 9 o'clock!" is "we're open at nine o'clock".
public struct SpeechGrammar: Sendable, Equatable {
    /// Normalised, each once, in the order given.
    public private(set) var phrases: [String]
    /// Whole phrases that are listened for so that they are not taken for one of ``phrases``, and then not reported: a question
    /// that resembles "what did you say" is none.
    public private(set) var decoys: [String]
    /// Words for single digits, `zero`, `oh`; empty when digit strings are not expected.
    public private(set) var digitWords: [String]
    /// Words that repeat the digit after them, `double`.
    public private(set) var repeatWords: [String]
    /// What callers say before a phrase ("can you tell me") and after it ("please").
    public private(set) var leads: [String]
    public private(set) var tails: [String]

    /// Sounds before a phrase that mean nothing ("um"); heard, and left out of the transcript.
    public private(set) var hesitations: [String]

    /// The most digits in one turn. See: ITU-T E.164 section 6, a number has 15 at most.
    public static let maximumDigits = 15
    /// Phrases with fewer words are heard on their own only: so little speech does not carry small talk, and "um, no"
    /// would be heard in every "banana".
    static let shortestWithSmallTalk = 3

    public static let englishLeads = [
        "hello", "hi", "please", "can you tell me", "could you tell me", "i would like to know",
    ]
    public static let englishHesitations = ["um", "uh"]
    public static let englishTails = ["please", "thank you", "thanks"]

    /// - Parameters:
    ///   - phrases: of intents, yes and no words, names of slots, with weekdays written out; any case and punctuation.
    ///   - decoys: likewise; those that are phrases too do not count.
    ///   - digitWords: words for single digits; empty for none.
    ///   - repeatWords: words such as `double`.
    public init(
        phrases: [String], decoys: [String] = [], digitWords: [String] = [], repeatWords: [String] = [],
        leads: [String] = SpeechGrammar.englishLeads, tails: [String] = SpeechGrammar.englishTails,
        hesitations: [String] = SpeechGrammar.englishHesitations
    ) {
        self.phrases = Self.normalised(phrases)
        self.decoys = Self.normalised(decoys).filter { [phrases = Set(self.phrases)] in !phrases.contains($0) }
        self.digitWords = Self.normalised(digitWords)
        self.repeatWords = Self.normalised(repeatWords)
        self.leads = Self.normalised(leads)
        self.tails = Self.normalised(tails)
        self.hesitations = Self.normalised(hesitations)
    }

    private static func normalised(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.map(SpokenForm.of).filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    public var isEmpty: Bool { phrases.isEmpty && digitWords.isEmpty }

    /// Every word that can be heard.
    public var words: Set<String> {
        let texts =
            phrases + decoys + digitWords + (digitWords.isEmpty ? [] : repeatWords)
            + (hasLongPhrase ? leads + tails + hesitations : [])
        return Set(texts.flatMap { $0.split(separator: " ").map(String.init) })
    }

    private var hasLongPhrase: Bool { (phrases + decoys).contains(where: Self.takesSmallTalk) }

    static func takesSmallTalk(_ phrase: String) -> Bool {
        phrase.split(separator: " ").count >= shortestWithSmallTalk
    }
}

/// A phrase that a grammar had to leave out.
public struct DroppedPhrase: Sendable, Hashable, CustomStringConvertible {
    public let phrase: String
    /// Its words that the recogniser's dictionary does not have, in order.
    public let unknownWords: [String]
    public var description: String { "\"\(phrase)\" (unknown: \(unknownWords.joined(separator: ", ")))" }
}

extension SpeechGrammar {
    /// Leaves out every phrase with a word of which the recogniser does not know the sound, and says which.
    public mutating func drop(unknown isUnknown: (String) -> Bool) -> [DroppedPhrase] {
        var dropped: [DroppedPhrase] = []
        func known(_ texts: [String]) -> [String] {
            texts.filter { text in
                let unknown = text.split(separator: " ").map(String.init).filter(isUnknown)
                if !unknown.isEmpty { dropped.append(DroppedPhrase(phrase: text, unknownWords: unknown)) }
                return unknown.isEmpty
            }
        }
        phrases = known(phrases)
        decoys = decoys.filter { !$0.split(separator: " ").map(String.init).contains(where: isUnknown) }
        digitWords = known(digitWords)
        repeatWords = known(repeatWords)
        leads = known(leads)
        tails = known(tails)
        hesitations = known(hesitations)
        return dropped
    }

    /// The grammar as JSGF, or `nil` when there is nothing to hear.
    ///
    /// Repetition is written out and not with `+`: the library expands that to a jump back to the start of the
    /// enclosing rule, from where every other phrase could follow. See: JSpeech Grammar Format, W3C Note 5 June 2000.
    public func jsgf(name: String) -> String? {
        let long = (phrases + decoys).filter(Self.takesSmallTalk)
        let short = (phrases + decoys).filter { !Self.takesSmallTalk($0) }
        var rules: [String] = []
        var alternatives: [String] = []
        if !short.isEmpty {
            rules.append(Self.rule("short", short))
            alternatives.append("<short>")
        }
        if !long.isEmpty {
            rules.append(Self.rule("long", long))
            if !leads.isEmpty { rules.append(Self.rule("lead", leads)) }
            if !tails.isEmpty { rules.append(Self.rule("tail", tails)) }
            if !hesitations.isEmpty { rules.append(Self.rule("hesitation", hesitations)) }
            let before = (hesitations.isEmpty ? "" : "[<hesitation>] ") + (leads.isEmpty ? "" : "[<lead>] ")
            alternatives.append(before + "<long>" + (tails.isEmpty ? "" : " [<tail>]"))
        }
        if !digitWords.isEmpty {
            rules += digitRules
            alternatives.append("<digits\(Self.maximumDigits)>")
        }
        guard !alternatives.isEmpty else { return nil }
        rules.append("public <utterance> = \(alternatives.joined(separator: " | "));")
        return "#JSGF V1.0;\ngrammar \(name);\n" + rules.joined(separator: "\n") + "\n"
    }

    /// What one word of a digit string costs. Without it, digits that were not said are found in the ends of those that were
    /// ("seven" as "eight one"), since any of them may follow any other for nothing. The value is the best of several on
    /// synthetic voices; a recogniser that normalises weights is not harmed by equal ones. See: JSGF section 4.3.3, weights.
    private static let digitWeight = "/0.00000000000002/ "

    private var digitRules: [String] {
        var rules = [Self.rule("digit", digitWords.map { Self.digitWeight + $0 })]
        if !repeatWords.isEmpty { rules.append(Self.rule("times", repeatWords.map { Self.digitWeight + $0 })) }
        let item = repeatWords.isEmpty ? "<digit>" : "<digit> | <times> <digit>"
        rules.append("<item> = \(item);")
        rules.append("<digits1> = <item>;")
        for count in 2...Self.maximumDigits { rules.append("<digits\(count)> = <item> [<digits\(count - 1)>];") }
        return rules
    }

    private static func rule(_ name: String, _ alternatives: [String]) -> String {
        "<\(name)> = \(alternatives.joined(separator: " | "));"
    }
}

extension SpeechGrammar {
    /// Whether `text`, a ``transcript(of:)`` or a part of one, is a whole phrase, so that the turn may be over; `nil`
    /// for digits, which end when the caller says so.
    public func completes(_ text: String) -> Bool? {
        let words = text.split(separator: " ").map(String.init)
        if !words.isEmpty, words.allSatisfy({ digitWords.contains($0) || repeatWords.contains($0) }) {
            return phrases.contains(text) ? true : nil
        }
        return isWhole(text, among: phrases)
    }

    /// Whether `text` is a decoy, small talk around it or not: it was heard, and is not to be reported.
    public func isDecoy(_ text: String) -> Bool { !isWhole(text, among: phrases) && isWhole(text, among: decoys) }

    private func isWhole(_ text: String, among phrases: [String]) -> Bool {
        ([text] + Self.without(leads, text)).contains { candidate in
            guard !phrases.contains(candidate) else { return true }
            return tails.contains { tail in
                candidate.hasSuffix(" " + tail) && phrases.contains(String(candidate.dropLast(tail.count + 1)))
            }
        }
    }

    /// What is to be read of the words heard: all of them but a hesitation before a phrase.
    public func transcript(of words: [String]) -> String {
        let isHesitation =
            words.count > 1 && hesitations.contains(words[0]) && !phrases.contains(words.joined(separator: " "))
        return (isHesitation ? words.dropFirst() : words[...]).joined(separator: " ")
    }

    private static func without(_ leads: [String], _ text: String) -> [String] {
        leads.filter { text.hasPrefix($0 + " ") }.map { String(text.dropFirst($0.count + 1)) }
    }
}

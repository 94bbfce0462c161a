/// The words of a language that no agent file needs to repeat: digits, days, and words that carry little meaning.
struct Lexicon: Sendable {
    /// Spoken digit to its character, keys in ``Words`` form.
    let digits: [String: Character]
    /// Words that repeat the next digit, and how often ("double five").
    let repeats: [String: Int]
    /// Monday first, lower case as spoken.
    let weekdays: [String]
    /// Other spellings of a weekday, in ``Words`` form, to its index.
    let weekdayVariants: [String: Int]
    /// Words that say little about what is wanted, in ``Words`` form.
    let stopWords: Set<String>
    /// Words that turn a yes into a no, in ``Words`` form.
    let negations: Set<String>

    var digitWords: [String] { (digits.keys.filter { $0.count > 1 } + repeats.keys).sorted() }

    /// The index of the day a word in ``Words`` form names, 0 for Monday; a letter or two may be wrong, as long as only
    /// one day comes near.
    func weekday(_ word: String) -> Int? {
        if let day = weekdayVariants[word] { return day }
        guard word.utf8.count >= 5, !stopWords.contains(word) else { return nil }
        var near: Set<Int> = []
        for (name, day) in weekdayVariants where abs(name.utf8.count - word.utf8.count) <= 2 {
            if EditDistance.between(name, word) <= (word.utf8.count >= 7 ? 2 : 1) { near.insert(day) }
        }
        return near.count == 1 ? near.first : nil
    }

    /// English for any language without words of its own; the loader admits `en` and `de` only.
    static func of(_ language: String) -> Lexicon { language.hasPrefix("de") ? german : english }
    static let languages = ["en", "de"]

    static let english = Lexicon(
        digits: [
            "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
            "six": "6",
            "seven": "7", "eight": "8", "nine": "9",
        ],
        repeats: ["double": 2, "triple": 3],
        weekdays: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        variants: ["mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays"],
        stopWords: """
            a an the i me my you your we us our it is are am be was do does did to of on in at for and or so that this
            would like want can could will shall may please just well um uh hey tell have has had get there what whats
            im id some any about with
            """,
        negations: ["not", "isnt", "dont", "arent", "never", "cannot"])

    static let german = Lexicon(
        digits: [
            "null": "0", "ein": "1", "eins": "1", "zwei": "2", "zwo": "2", "drei": "3", "vier": "4", "fuenf": "5",
            "sechs": "6", "sieben": "7", "acht": "8", "neun": "9",
        ],
        repeats: ["doppel": 2],
        weekdays: ["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"],
        variants: ["montags", "dienstags", "mittwochs", "donnerstags", "freitags", "sonnabend", "sonntags"],
        stopWords: """
            ein eine einen einem einer der die das den dem des ich mich mir mein meine sie ihr ihre ihren ihnen wir
            uns unser du es ist sind bin war hat haben habe zu um am an im in auf fuer und oder so dass bitte mal gern
            gerne moechte wuerde will kann koennen koennten soll was wie mit von vom ja aeh aehm denn
            """,
        negations: ["nicht", "kein", "keine", "nie"])

    private init(
        digits: [String: Character], repeats: [String: Int], weekdays: [String], variants: [String], stopWords: String,
        negations: Set<String>
    ) {
        self.digits = digits
        self.repeats = repeats
        self.weekdays = weekdays
        let pairs = (weekdays + variants).enumerated().map { ($1, $0 % 7) }
        weekdayVariants = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        self.stopWords = Set(stopWords.split { $0 == " " || $0 == "\n" }.map(String.init))
        self.negations = negations
    }
}

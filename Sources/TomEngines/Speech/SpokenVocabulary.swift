/// How a language says what is written in digits, signs and abbreviations.
struct SpokenVocabulary: Sendable {
    let isGerman: Bool
    /// Whether "10/3/2026" is a day of October.
    let monthFirst: Bool
    /// Shortened, without full stop, to their names.
    let weekdays: [String: String]
    /// January first.
    let months: [String]
    let currencies: [String: Currency]
    let units: [String: Unit]
    /// Units that carry a full stop, in small letters without it.
    let shortenedUnits: [String: Unit]
    /// In small letters, without the last full stop and spaces.
    let abbreviations: [String: Abbreviation]
    /// Abbreviations without a full stop, as they are written.
    let undotted: [String: String]
    let symbols: [String: String]
    /// Signs at the beginning of a word.
    let prefixes: [Character: String]
    let signs: [Character: String]
    /// Punctuation within e-mail and web addresses.
    let addressMarks: [Character: String]
    let fractions: [String: String]
    /// Words after which a number is read digit by digit.
    let numberWords: Set<String>
    /// Words between an amount and its currency: "$5 million".
    let magnitudes: Set<String>
    let decimalMark: String
    let point: String
    let slash: String
    let until: String
    let and: String
    let or: String
    /// "ein" Euro, "eine" Stunde.
    let one: String
    let oneFeminine: String

    struct Currency: Sendable {
        let one: String
        let many: String
        let minorOne: String
        /// Empty where there is no hundredth.
        let minorMany: String
        /// Whether its name is that of a weight too.
        var isWeight = false
    }

    func currency(named name: Substring) -> Currency? {
        let name = name.lowercased()
        return currencies.values.first { $0.one.lowercased() == name || $0.many.lowercased() == name }
    }

    struct Unit: Sendable {
        let one: String
        let many: String
        var isFeminine = false
    }

    struct Abbreviation: Sendable {
        let spoken: String
        var condition = Condition.always
    }

    /// Where an abbreviation is one; elsewhere it is a word at the end of a sentence.
    enum Condition: Sendable { case always, notLast, beforeCapital, beforeDigit, besideDigit }

    /// `nil` for languages without rules.
    static func of(_ language: String) -> SpokenVocabulary? {
        let code = language.lowercased().replacing("_", with: "-")
        if code == "de" || code.hasPrefix("de-") { return german }
        guard code == "en" || code.hasPrefix("en-") else { return nil }
        // Of the countries that speak English the United States put the month first.
        return code == "en" || code == "en-us" ? american : british
    }

    /// German ordinals lack their ending: "dritt".
    func ordinal(_ number: Int) -> String { isGerman ? Self.germanOrdinal(number) : Self.englishOrdinal(number) }

    private static func germanOrdinal(_ number: Int) -> String {
        switch number {
        case 1: return "erst"
        case 3: return "dritt"
        case 7: return "siebt"
        case 8: return "acht"
        case ..<20: return germanSmall[number] + "t"
        default:
            let unit = number % 10
            return (unit == 0 ? "" : (unit == 1 ? "ein" : germanSmall[unit]) + "und") + germanTens[number / 10 - 2]
                + "st"
        }
    }

    private static func englishOrdinal(_ number: Int) -> String {
        if number < 20 { return englishOrdinals[number] }
        let tens = englishTens[number / 10 - 2]
        return number % 10 == 0 ? tens.dropLast() + "ieth" : "\(tens)-\(englishOrdinals[number % 10])"
    }

    private static let germanSmall = [
        "null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
        "dreizehn",
        "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
    ]
    private static let germanTens = [
        "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig",
    ]
    private static let englishOrdinals = [
        "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
        "eleventh",
        "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    ]
    private static let englishTens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

    /// German words after which an ordinal follows and ends with "-en"; articles that end it otherwise aside.
    static let ordinalIntroductions: Set<String> = [
        "am", "dem", "den", "des", "vom", "zum", "zur", "beim", "im", "seit", "bis", "ab", "nach", "vor", "einem",
        "einer",
        "eines", "jedem", "jeden", "diesem", "diesen", "dieser", "meinem", "meinen", "ihrem", "ihren", "unserem",
        "unseren",
        "der", "die", "das",
    ]
    /// German prepositions with which "der" is a dative.
    static let datives: Set<String> = [
        "in", "an", "auf", "aus", "bei", "mit", "nach", "seit", "von", "vor", "zu", "neben", "über",
    ]

    /// Domains that addresses without `www.` are known by.
    static let topLevelDomains: Set<String> = [
        "de", "at", "ch", "eu", "com", "org", "net", "info", "io", "uk", "us", "fr", "nl", "it", "es", "pl", "biz",
        "app", "dev",
        "edu", "gov", "example",
    ]
}

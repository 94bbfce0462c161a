extension SpokenVocabulary {
    static let german = SpokenVocabulary(
        isGerman: true, monthFirst: false,
        weekdays: [
            "Mo": "Montag", "Di": "Dienstag", "Mi": "Mittwoch", "Do": "Donnerstag", "Fr": "Freitag", "Sa": "Samstag",
            "So": "Sonntag",
        ],
        months: [
            "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
            "Dezember",
        ],
        currencies: germanCurrencies, units: germanUnits,
        shortenedUnits: [
            "min": Unit(one: "Minute", many: "Minuten", isFeminine: true),
            "std": Unit(one: "Stunde", many: "Stunden", isFeminine: true),
            "sek": Unit(one: "Sekunde", many: "Sekunden", isFeminine: true),
            "mio": Unit(one: "Million", many: "Millionen", isFeminine: true),
            "mrd": Unit(one: "Milliarde", many: "Milliarden", isFeminine: true),
            "tsd": Unit(one: "Tausend", many: "Tausend"),
            "stk": Unit(one: "Stück", many: "Stück"),
        ],
        abbreviations: germanAbbreviations,
        undotted: [
            "bzw": "beziehungsweise", "ca": "circa", "usw": "und so weiter", "inkl": "inklusive", "zzgl": "zuzüglich",
            "MwSt": "Mehrwertsteuer", "ggf": "gegebenenfalls", "km/h": "Kilometer pro Stunde",
        ],
        symbols: [
            "&": "und", "+": "plus", "=": "gleich", "§": "Paragraph", "@": "ät", "%": "Prozent", "×": "mal",
            "/": "Schrägstrich",
            "§§": "Paragraphen", "<": "kleiner als", ">": "größer als", "±": "plus minus", "№": "Nummer",
            "°C": "Grad Celsius",
        ],
        prefixes: ["#": "Nummer", "§": "Paragraph", "@": "ät", "~": "etwa", "≈": "etwa", "№": "Nummer"],
        signs: ["-": "minus ", "−": "minus ", "–": "minus ", "+": "plus ", "±": "plus minus "],
        addressMarks: [
            ".": "Punkt", "@": "ät", "-": "Bindestrich", "_": "Unterstrich", "/": "Schrägstrich", "+": "plus",
            ":": "Doppelpunkt",
        ],
        fractions: [
            "1/2": "ein halb", "1/3": "ein Drittel", "2/3": "zwei Drittel", "1/4": "ein Viertel", "3/4": "drei Viertel",
        ],
        numberWords: [
            "nummer", "telefonnummer", "rufnummer", "handynummer", "mobilnummer", "faxnummer", "telefon", "tel",
            "handy", "mobil",
            "fax", "pin", "code", "kundennummer", "bestellnummer", "vertragsnummer", "rechnungsnummer", "postleitzahl",
            "plz",
            "nr", "durchwahl",
        ],
        magnitudes: ["million", "millionen", "milliarde", "milliarden", "tausend"],
        decimalMark: "Komma", point: "Punkt", slash: "Schrägstrich", until: "bis", and: "und", or: "oder",
        one: "ein", oneFeminine: "eine")

    private static let germanCurrencies: [String: Currency] = {
        let euro = Currency(one: "Euro", many: "Euro", minorOne: "Cent", minorMany: "Cent")
        let dollar = Currency(one: "Dollar", many: "Dollar", minorOne: "Cent", minorMany: "Cent")
        let american = Currency(one: "US-Dollar", many: "US-Dollar", minorOne: "Cent", minorMany: "Cent")
        let pound = Currency(one: "Pfund", many: "Pfund", minorOne: "Penny", minorMany: "Pence", isWeight: true)
        let franc = Currency(one: "Franken", many: "Franken", minorOne: "Rappen", minorMany: "Rappen")
        let yen = Currency(one: "Yen", many: "Yen", minorOne: "", minorMany: "")
        return [
            "€": euro, "EUR": euro, "$": dollar, "USD": dollar, "US$": american, "£": pound, "GBP": pound,
            "CHF": franc, "¥": yen,
        ]
    }()

    private static let germanUnits: [String: Unit] = {
        var units: [String: Unit] = [
            "%": Unit(one: "Prozent", many: "Prozent"), "‰": Unit(one: "Promille", many: "Promille"),
            "°C": Unit(one: "Grad Celsius", many: "Grad Celsius"),
            "°F": Unit(one: "Grad Fahrenheit", many: "Grad Fahrenheit"),
            "°": Unit(one: "Grad", many: "Grad"), "t": Unit(one: "Tonne", many: "Tonnen", isFeminine: true),
            "min": Unit(one: "Minute", many: "Minuten", isFeminine: true),
            "h": Unit(one: "Stunde", many: "Stunden", isFeminine: true),
            "s": Unit(one: "Sekunde", many: "Sekunden", isFeminine: true),
            "ms": Unit(one: "Millisekunde", many: "Millisekunden", isFeminine: true),
        ]
        let uninflected = [
            "km": "Kilometer", "m": "Meter", "cm": "Zentimeter", "mm": "Millimeter", "kg": "Kilogramm", "g": "Gramm",
            "mg": "Milligramm", "l": "Liter", "ml": "Milliliter", "km/h": "Kilometer pro Stunde", "m²": "Quadratmeter",
            "qm": "Quadratmeter", "m³": "Kubikmeter", "km²": "Quadratkilometer", "kWh": "Kilowattstunden",
            "kW": "Kilowatt",
            "W": "Watt", "V": "Volt", "KB": "Kilobyte", "MB": "Megabyte", "GB": "Gigabyte",
            "TB": "Terabyte",
            "Hz": "Hertz", "kHz": "Kilohertz", "MHz": "Megahertz", "GHz": "Gigahertz",
        ]
        for (sign, name) in uninflected { units[sign] = Unit(one: name, many: name) }
        return units
    }()

    private static let germanAbbreviations: [String: Abbreviation] = {
        let always = [
            "z.b": "zum Beispiel", "d.h": "das heißt", "u.a": "unter anderem", "v.a": "vor allem",
            "i.d.r": "in der Regel",
            "o.ä": "oder ähnlich", "u.ä": "und ähnlich", "z.t": "zum Teil", "u.u": "unter Umständen",
            "s.o": "siehe oben",
            "s.u": "siehe unten", "z.zt": "zur Zeit", "i.a": "im Auftrag", "e.v": "e V", "v.chr": "vor Christus",
            "n.chr": "nach Christus", "usw": "und so weiter", "etc": "et cetera", "bzw": "beziehungsweise",
            "ca": "circa",
            "nr": "Nummer", "tel": "Telefon", "dr": "Doktor", "prof": "Professor", "hr": "Herr", "dipl": "Diplom",
            "ing": "Ingenieur",
            "inkl": "inklusive", "exkl": "exklusive", "zzgl": "zuzüglich", "ggf": "gegebenenfalls", "evtl": "eventuell",
            "vgl": "vergleiche", "bzgl": "bezüglich", "sog": "sogenannt", "geb": "geboren", "bspw": "beispielsweise",
            "mwst": "Mehrwertsteuer", "str": "Straße", "mind": "mindestens", "einschl": "einschließlich",
            "sept": "September",
            "okt": "Oktober", "dez": "Dezember", "feb": "Februar", "pl": "Platz", "jh": "Jahrhundert",
        ]
        var all = always.mapValues { Abbreviation(spoken: $0) }
        let conditional: [(String, String, Condition)] = [
            ("fr", "Frau", .beforeCapital), ("st", "Sankt", .beforeCapital), ("art", "Artikel", .beforeDigit),
            ("abs", "Absatz", .beforeDigit), ("kap", "Kapitel", .beforeDigit), ("max", "maximal", .beforeDigit),
            ("min", "mindestens", .beforeDigit), ("jan", "Januar", .besideDigit), ("apr", "April", .besideDigit),
            ("jun", "Juni", .besideDigit), ("jul", "Juli", .besideDigit), ("aug", "August", .besideDigit),
            ("sep", "September", .besideDigit), ("nov", "November", .besideDigit), ("mo", "Montag", .notLast),
            ("di", "Dienstag", .notLast), ("mi", "Mittwoch", .notLast), ("do", "Donnerstag", .notLast),
            ("sa", "Samstag", .notLast), ("std", "Stunden", .notLast), ("mio", "Millionen", .always),
            ("mrd", "Milliarden", .always),
            ("tsd", "Tausend", .always),
        ]
        for (key, spoken, condition) in conditional { all[key] = Abbreviation(spoken: spoken, condition: condition) }
        return all
    }()
}

extension SpokenVocabulary {
    static let american = english(monthFirst: true)
    static let british = english(monthFirst: false)

    private static func english(monthFirst: Bool) -> SpokenVocabulary {
        SpokenVocabulary(
            isGerman: false, monthFirst: monthFirst,
            weekdays: [
                "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
                "Thur": "Thursday",
                "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
            ],
            months: [
                "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November",
                "December",
            ],
            currencies: englishCurrencies, units: englishUnits,
            shortenedUnits: [
                "min": Unit(one: "minute", many: "minutes"), "mins": Unit(one: "minute", many: "minutes"),
                "hr": Unit(one: "hour", many: "hours"), "hrs": Unit(one: "hour", many: "hours"),
                "sec": Unit(one: "second", many: "seconds"), "ft": Unit(one: "foot", many: "feet"),
                "mi": Unit(one: "mile", many: "miles"), "lb": Unit(one: "pound", many: "pounds"),
                "lbs": Unit(one: "pound", many: "pounds"), "oz": Unit(one: "ounce", many: "ounces"),
            ],
            abbreviations: englishAbbreviations,
            undotted: ["vs": "versus", "w/": "with", "w/o": "without", "approx": "approximately"],
            symbols: [
                "&": "and", "+": "plus", "=": "equals", "§": "section", "@": "at", "%": "percent", "×": "times",
                "/": "slash",
                "<": "less than", ">": "greater than", "±": "plus or minus", "№": "number", "°C": "degrees Celsius",
                "°F": "degrees Fahrenheit", "w/": "with", "w/o": "without",
            ],
            prefixes: ["#": "number", "§": "section", "@": "at", "~": "about", "≈": "about", "№": "number"],
            signs: ["-": "minus ", "−": "minus ", "–": "minus ", "+": "plus ", "±": "plus or minus "],
            addressMarks: [
                ".": "dot", "@": "at", "-": "dash", "_": "underscore", "/": "slash", "+": "plus", ":": "colon",
            ],
            fractions: [
                "1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter",
                "3/4": "three quarters",
            ],
            numberWords: [
                "number", "phone", "telephone", "mobile", "cell", "fax", "pin", "code", "zip", "call", "dial",
                "extension", "ext",
                "tel",
            ],
            magnitudes: ["million", "billion", "trillion", "thousand", "hundred"],
            decimalMark: "point", point: "point", slash: "slash", until: "to", and: "and", or: "or", one: "1",
            oneFeminine: "1")
    }

    private static let englishCurrencies: [String: Currency] = {
        let euro = Currency(one: "euro", many: "euros", minorOne: "cent", minorMany: "cents")
        let dollar = Currency(one: "dollar", many: "dollars", minorOne: "cent", minorMany: "cents")
        let pound = Currency(one: "pound", many: "pounds", minorOne: "penny", minorMany: "pence", isWeight: true)
        let franc = Currency(one: "franc", many: "francs", minorOne: "centime", minorMany: "centimes")
        let yen = Currency(one: "yen", many: "yen", minorOne: "", minorMany: "")
        return [
            "€": euro, "EUR": euro, "$": dollar, "USD": dollar, "£": pound, "GBP": pound, "CHF": franc, "¥": yen,
        ]
    }()

    private static let englishUnits: [String: Unit] = {
        var units: [String: Unit] = [
            "%": Unit(one: "percent", many: "percent"), "‰": Unit(one: "per mille", many: "per mille"),
            "°C": Unit(one: "degree Celsius", many: "degrees Celsius"),
            "°F": Unit(one: "degree Fahrenheit", many: "degrees Fahrenheit"), "ft": Unit(one: "foot", many: "feet"),
            "km/h": Unit(one: "kilometer per hour", many: "kilometers per hour"),
            "mph": Unit(one: "mile per hour", many: "miles per hour"), "Hz": Unit(one: "hertz", many: "hertz"),
            "kHz": Unit(one: "kilohertz", many: "kilohertz"), "MHz": Unit(one: "megahertz", many: "megahertz"),
            "GHz": Unit(one: "gigahertz", many: "gigahertz"),
        ]
        let regular = [
            "km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter", "kg": "kilogram", "g": "gram",
            "mg": "milligram", "l": "liter", "ml": "milliliter", "m²": "square meter", "m³": "cubic meter",
            "km²": "square kilometer", "kWh": "kilowatt hour", "kW": "kilowatt", "W": "watt", "V": "volt",
            "lb": "pound",
            "lbs": "pound", "oz": "ounce", "mi": "mile", "min": "minute", "h": "hour", "hrs": "hour", "s": "second",
            "ms": "millisecond", "KB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte", "°": "degree",
        ]
        for (sign, name) in regular { units[sign] = Unit(one: name, many: name + "s") }
        return units
    }()

    private static let englishAbbreviations: [String: Abbreviation] = {
        let always = [
            "e.g": "for example", "i.e": "that is", "etc": "et cetera", "mr": "Mister", "mrs": "Missis",
            "prof": "Professor",
            "vs": "versus", "approx": "approximately", "dept": "department", "jr": "Junior", "sr": "Senior",
            "ave": "Avenue",
            "blvd": "Boulevard", "rd": "Road", "inc": "Incorporated", "ltd": "Limited", "corp": "Corporation",
            "tel": "telephone",
            "a.m": "a m", "p.m": "p m", "u.s": "U S", "u.k": "U K", "u.s.a": "U S A",
        ]
        var all = always.mapValues { Abbreviation(spoken: $0) }
        let conditional: [(String, String, Condition)] = [
            ("no", "number", .beforeDigit), ("nos", "numbers", .beforeDigit), ("ext", "extension", .beforeDigit),
            ("apt", "apartment", .beforeDigit), ("ste", "suite", .beforeDigit), ("rm", "room", .beforeDigit),
            ("fig", "figure", .beforeDigit), ("vol", "volume", .beforeDigit), ("jan", "January", .besideDigit),
            ("feb", "February", .besideDigit), ("mar", "March", .besideDigit), ("apr", "April", .besideDigit),
            ("jun", "June", .besideDigit), ("jul", "July", .besideDigit), ("aug", "August", .besideDigit),
            ("sep", "September", .besideDigit), ("sept", "September", .always), ("oct", "October", .always),
            ("nov", "November", .always), ("dec", "December", .besideDigit), ("mon", "Monday", .notLast),
            ("tue", "Tuesday", .always), ("tues", "Tuesday", .always), ("wed", "Wednesday", .notLast),
            ("thu", "Thursday", .always), ("thurs", "Thursday", .always), ("fri", "Friday", .always),
            ("sat", "Saturday", .notLast),
            ("sun", "Sunday", .notLast), ("mt", "Mount", .beforeCapital), ("ft", "Fort", .beforeCapital),
        ]
        for (key, spoken, condition) in conditional { all[key] = Abbreviation(spoken: spoken, condition: condition) }
        return all
    }()
}

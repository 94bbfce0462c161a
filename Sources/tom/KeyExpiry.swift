import Foundation

/// When a key shall expire, as `tom keys add --expires` takes it.
enum KeyExpiry: Equatable, Sendable {
    /// Seconds from the key's making.
    case after(Double)
    case at(Date)

    static let forms = "a time from now such as 12h or 90d, or a date such as 2027-01-31 or 2027-01-31T12:00:00Z"

    /// Reads a whole number above zero with `m`, `h` or `d` behind it, a day (its beginning in UTC), or an RFC 3339 time.
    init?(_ text: String) {
        let units: [Character: Double] = ["m": 60, "h": 3_600, "d": 86_400]
        if let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()), (1...100_000).contains(count)
        {
            self = .after(Double(count) * unit)
        } else if text.wholeMatch(of: /\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]\d\d:\d\d)/) != nil,
            let date = try? Date(text, strategy: .iso8601)
        {
            // Foundation alone takes the beginning of a text for a time.
            self = .at(date)
        } else if text.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil,
            let day = try? Date(text, strategy: Date.ISO8601FormatStyle().year().month().day())
        {
            self = .at(day)
        } else {
            return nil
        }
    }

    func date(from now: Date) -> Date {
        switch self {
        case .after(let seconds): now.addingTimeInterval(seconds)
        case .at(let date): date
        }
    }
}

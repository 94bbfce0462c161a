/// The spelling rules of Prometheus' text format.
enum MetricText {
    /// Makes a name valid: letters, digits, `_` and `:`, not beginning with a digit.
    static func name(_ text: String) -> String {
        var name = ""
        for character in text.unicodeScalars {
            let letter = ("a"..."z").contains(character) || ("A"..."Z").contains(character)
            let digit = ("0"..."9").contains(character) && !name.isEmpty
            name.unicodeScalars.append(letter || digit || character == "_" || character == ":" ? character : "_")
        }
        return name.isEmpty ? "_" : name
    }

    /// `a="1",b="2"`, in the order of the label names.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.sorted { $0.0 < $1.0 }
            .map { "\(name($0.0).replacing(":", with: "_"))=\"\(value($0.1))\"" }
            .joined(separator: ",")
    }

    static func help(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    private static func value(_ text: String) -> String { help(text).replacing("\"", with: "\\\"") }
}

import TomConversation
import TomWire

/// The faults that reading finds, by the API's codes. None repeats a value, which may be personal; names of unknown
/// members are told, cut to a length that fits a message.
extension RealtimeFault {
    /// Not one JSON object, or more than is read of one.
    static func json(_ error: WireError) -> RealtimeFault {
        RealtimeFault(code: "invalid_json", message: hinted(error.message, error.hint))
    }

    static func json(_ message: String, _ hint: String, param: String? = nil) -> RealtimeFault {
        RealtimeFault(code: "invalid_json", message: hinted(message, hint), param: param)
    }

    /// No event, or none that can be told from its `type`.
    static func event(_ message: String, _ hint: String) -> RealtimeFault {
        RealtimeFault(code: "invalid_event", message: hinted(message, hint))
    }

    static func missing(_ param: String, _ hint: String? = nil) -> RealtimeFault {
        RealtimeFault(
            code: "missing_required_parameter",
            message: hinted("Required parameter '\(param)' is missing.", hint ?? "Add it."), param: param)
    }

    static func unknown(_ param: String, _ hint: String) -> RealtimeFault {
        RealtimeFault(
            code: "unknown_parameter", message: hinted("Parameter '\(param)' is not known here.", hint), param: param)
    }

    /// - Parameter expected: fit to follow "must be".
    static func type(_ param: String, _ expected: String, is value: JSONValue) -> RealtimeFault {
        type(param, expected, is: value.kindName)
    }

    static func type(_ param: String, _ expected: String, is kind: String) -> RealtimeFault {
        RealtimeFault(
            code: "invalid_type",
            message: hinted("Parameter '\(param)' must be \(expected).", "It is \(kind)."), param: param)
    }

    /// - Parameter expected: fit to follow "must be".
    static func value(_ param: String, _ expected: String, _ hint: String = "Correct it.") -> RealtimeFault {
        RealtimeFault(
            code: "invalid_value", message: hinted("Parameter '\(param)' must be \(expected).", hint), param: param)
    }

    /// One of a closed set was expected.
    static func choice(_ param: String, _ choices: [String]) -> RealtimeFault {
        let list = choices.map { "'\($0)'" }.joined(separator: ", ")
        return value(param, choices.count == 1 ? list : "one of \(list)", "Send \(choices.count == 1 ? "it" : "one").")
    }

    /// Outside a range, with the API's code for its kind and end: `integer_below_min_value`, `decimal_above_max_value`,
    /// `string_above_max_length`, ...
    static func outside(_ code: String, _ param: String, _ expected: String) -> RealtimeFault {
        RealtimeFault(
            code: code, message: hinted("Parameter '\(param)' must be \(expected).", "Choose one within."),
            param: param)
    }

    private static func hinted(_ message: String, _ hint: String?) -> String {
        guard let hint else { return message }
        return "\(message) \(hint)"
    }
}

extension JSONToken.Kind {
    /// What it is, for people.
    var name: String {
        switch self {
        case .null: "null"
        case .true, .false: "a boolean"
        case .number: "a number"
        case .string, .escapedString: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue {
    /// What it is, for people.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

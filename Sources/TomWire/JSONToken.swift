/// One value of a JSON text that was found well formed: its kind and where its text lies.
package struct JSONToken {
    package enum Kind: UInt8 {
        /// A string without escapes; the range leaves the quotes out.
        case string
        /// A string with at least one escape; the range leaves the quotes out.
        case escapedString
        case number
        case `true`
        case `false`
        case null
        case object
        case array

        package var isString: Bool { self == .string || self == .escapedString }
        package var isScalar: Bool { self != .object && self != .array }
    }

    package var kind: Kind
    /// Byte offsets; 32 bits suffice for the longest message that any codec looks at and keep the slots of `MessageFields` small.
    private var start: UInt32
    private var end: UInt32

    init(_ kind: Kind, _ range: Range<Int>) {
        self.kind = kind
        start = UInt32(truncatingIfNeeded: range.lowerBound)
        end = UInt32(truncatingIfNeeded: range.upperBound)
    }

    package var range: Range<Int> { Int(start)..<Int(end) }
}

/// Makes text safe to hand to eSpeak NG.
package enum EspeakText {
    /// Characters of one sentence at most; a sentence is far shorter, and this takes about two minutes to say.
    package static let maximumLength = 2_000

    /// `text` on one line, without what eSpeak NG takes as a command: control characters (0x01 begins an embedded
    /// command), markup and `[[`, which begins phoneme input. Empty when nothing is left to say.
    package static func cleaned(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var spacePending = false
        for scalar in text.unicodeScalars {
            guard let spoken = spoken(scalar) else { continue }
            if spoken == " " {
                spacePending = !result.isEmpty
                continue
            }
            if spacePending { result.append(" ") }
            spacePending = false
            result.append(spoken)
        }
        return String(result)
    }

    /// What to say for `scalar`: itself, a space, or nothing.
    private static func spoken(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "<", ">", "[", "]", "{", "}", "|", "\\", "`", "^": return " "
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator: return " "
        case .format, .surrogate, .privateUse, .unassigned: return nil
        default: return scalar
        }
    }
}

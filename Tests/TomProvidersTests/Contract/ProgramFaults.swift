/// What Piper does as a program. `$4` is the folder that its audio goes to; beside the program lies `spoken.wav`.
extension ContractEngine {
    /// Speaks sentence after sentence.
    private static let speaking = #"while read -r line; do cp "${0%/*}/spoken.wav" "$4/1.wav"; echo "$4/1.wav"; done"#

    /// Hands over `size` bytes of a sentence, as if they were all, and stays.
    static func cut(at size: Int) -> String {
        #"read -r line; head -c \#(size) "${0%/*}/spoken.wav" >"$4/1.wav"; echo "$4/1.wav"; read -r line"#
    }

    func programCell(_ fault: Fault) -> Cell {
        switch fault {
        case .slow: .fault(.program("sleep 0.2; " + Self.speaking), .whole)
        case .hung: .fault(.program("exec sleep 1000"), .error("timeout"))
        case .halfOpen, .neverConnected: .impossible("a program has no connection to be made or lost: see hung")
        case .hungMidAnswer, .closedMidAnswer:
            .impossible("a sentence is handed over as a file that is finished: see hung and closedBeforeAnswer")
        case .nobodyThere: .fault(.noProgram, .error("not_installed"))
        case .untrusted, .plainText: .impossible("a program speaks no TLS")
        case .unauthorized, .forbidden, .notFound, .tooLarge, .rateLimited, .serverError:
            .impossible("a program has no statuses: it ends, see closedBeforeAnswer")
        case .malformed:
            .fault(
                .program(#"read -r line; echo "sk-secret Erika" >"$4/1.wav"; echo "$4/1.wav"; read -r line"#),
                .error("bad_output"))
        // What else it prints is passed over, however long.
        case .tooLong: .fault(.program("head -c 1100000 /dev/zero | tr '\\0' a; echo; " + Self.speaking), .whole)
        case .splitUTF8: .impossible("its answer holds no text")
        case .oddAudio: .fault(.program(Self.cut(at: 44 + 17)), .error("bad_output", passesOn: true))
        case .closedBeforeAnswer: .fault(.program("read -r line; exit 3"), .error("crashed"))
        case .resetBeforeAnswer: .fault(.program("read -r line; kill -9 $$"), .error("crashed"))
        // Killed while it writes the file: nothing of it was named yet.
        case .resetMidAnswer:
            .fault(
                .program(#"read -r line; head -c 99 "${0%/*}/spoken.wav" >"$4/1.wav"; kill -9 $$"#), .error("crashed"))
        }
    }
}

import Synchronization

/// The voices that eSpeak NG has. It is asked for its list first and not simply told a name, because some that it does not know
/// end it by a signal; and each is tried once, because it does not take all that it lists.
final class EspeakVoices: Sendable {
    private struct State {
        /// `nil`: not asked yet.
        var listed: Set<String>?
        var usable: [String: Bool] = [:]
    }

    private let executable: String
    private let state = Mutex(State())

    /// The listing of Debian's package has 10 kB.
    private static let maxBytes = 1 << 20

    init(executable: String) { self.executable = executable }

    /// Whether it has `voice`, which may have a variant behind a plus sign. Blocks while the program is asked.
    func has(_ voice: String, until deadline: ContinuousClock.Instant) -> Bool {
        guard EspeakConfiguration.isName(voice) else { return false }
        let base = voice.prefix { $0 != "+" }.lowercased()
        return state.withLock { state in
            if state.listed == nil { state.listed = output(["--voices"], until: deadline).map(Self.names) }
            guard state.listed?.contains(base) ?? false else { return false }
            if let known = state.usable[base] { return known }
            let isUsable = output(["-q", "-v", base, "a"], until: deadline) != nil
            // A program that only ran out of time is asked again.
            if isUsable || ContinuousClock.now < deadline { state.usable[base] = isUsable }
            return isUsable
        }
    }

    /// What the program writes; `nil` when it fails.
    private func output(_ arguments: [String], until deadline: ContinuousClock.Instant) -> String? {
        guard case .success(var process) = ChildProcess.spawn(executable: executable, arguments: arguments) else {
            return nil
        }
        process.closeInput()
        let output = ChildOutput.read(process, atMost: Self.maxBytes, until: deadline)
        return process.reap(until: deadline) == .status(0) ? output : nil
    }

    /// Languages and names of voices, in lower case.
    /// - Parameter listing: a line for each voice, of which the columns are priority, language, age and gender, name, file, and
    ///   other languages as `(en 2)`. Voices of MBROLA, a program of its own, are left out.
    static func names(in listing: String) -> Set<String> {
        var names: Set<String> = []
        for line in listing.split(whereSeparator: \.isNewline).dropFirst() {
            let columns = line.split(separator: " ", omittingEmptySubsequences: true)
            guard columns.count >= 5, !columns[4].hasPrefix("mb/") else { continue }
            names.insert(columns[1].lowercased())
            names.insert(columns[3].lowercased())
            for column in columns[5...] where column.hasPrefix("(") { names.insert(column.dropFirst().lowercased()) }
        }
        return names
    }
}

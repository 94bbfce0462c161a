import TomEngines

/// What the process of a trial wrote.
struct TrialOutput {
    private let text: String

    init(text: String) { self.text = text }

    /// Why the trial failed; `nil` when it did not.
    func reason(_ exit: ChildProcess.Exit) -> String? {
        let lines = text.split(whereSeparator: \.isNewline)
            .map { $0.filter { !$0.isASCII || $0 >= " " } }.filter { !$0.isEmpty }
        if exit == .status(0), lines.last == SherpaTrial.success { return nil }
        let said = lines.last { $0 != SherpaTrial.success }.map { ": " + $0.suffix(300) } ?? ""
        switch exit {
        case .status(let status): return "it ended with status \(status)\(said)"
        case .signal(let signal): return "it crashed with signal \(signal)\(said)"
        case .overdue: return "it did not end in time\(said)"
        }
    }
}

import Glibc
import TomEngines

/// What the process of a trial wrote.
struct TrialOutput {
    /// What a trial writes when all is well.
    static let success = "tom: the trial succeeded"
    /// Kept of the output: its end, where the reason is.
    private static let maximumBytes = 4_096

    private(set) var text: String

    init(text: String) { self.text = text }

    /// Reads until the process closes its output, or `deadline`.
    static func read(_ process: borrowing ChildProcess, until deadline: ContinuousClock.Instant) -> TrialOutput {
        var kept: [UInt8] = []
        while true {
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { break }
            var event = pollfd(fd: process.output, events: Int16(POLLIN), revents: 0)
            guard poll(&event, 1, CInt(clamping: remaining.components.seconds * 1_000 + 1_000)) > 0 else { continue }
            var buffer = [UInt8](repeating: 0, count: maximumBytes)
            let count = buffer.withUnsafeMutableBytes { Glibc.read(process.output, $0.baseAddress, $0.count) }
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { break }
            kept = Array((kept + buffer.prefix(count)).suffix(maximumBytes))
        }
        return TrialOutput(text: String(decoding: kept, as: UTF8.self))
    }

    /// Why the trial failed; `nil` when it did not.
    func reason(_ exit: ChildProcess.Exit) -> String? {
        let lines = text.split(whereSeparator: \.isNewline)
            .map { $0.filter { !$0.isASCII || $0 >= " " } }.filter { !$0.isEmpty }
        if exit == .status(0), lines.last == Self.success { return nil }
        let said = lines.last { $0 != Self.success }.map { ": " + $0.suffix(300) } ?? ""
        switch exit {
        case .status(let status): return "it ended with status \(status)\(said)"
        case .signal(let signal): return "it crashed with signal \(signal)\(said)"
        case .overdue: return "it did not end in time\(said)"
        }
    }
}

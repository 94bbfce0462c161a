/// The report as a table for people.
public struct ReportTable: Sendable {
    /// How words are set off on a terminal.
    public enum Style: Sendable {
        case plain
        /// ANSI colours.
        case colour
    }

    private let report: ProbeReport
    private let style: Style

    public init(_ report: ProbeReport, style: Style) {
        self.report = report
        self.style = style
    }

    /// The whole table, ending with a line feed.
    public var text: String {
        var lines = [head, ""]
        if !report.latencies.isEmpty { lines += table + [""] }
        lines += objectives + failures + notices
        lines.append("")
        lines.append(verdict)
        return lines.joined(separator: "\n") + "\n"
    }

    private var head: String {
        let engines = report.engines.map { ", engines \($0.stt) / \($0.llm) / \($0.tts)" } ?? ""
        let (calls, turns) = (report.calls, report.turns)
        let extras = [(turns.early, "answered early"), (turns.doubled, "answered twice")]
            .filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
        return """
            \(report.url), \(report.framing.rawValue) framing\(engines)
            \(calls.connected) of \(calls.attempted) calls connected, \(turns.answered) of \(turns.spoken) turns answered\(extras)
            """
    }

    private var table: [String] {
        let header = Self.pad("ms", 24) + ["p50", "p95", "p99", "max", "count"].map { Self.padLeft($0, 9) }.joined()
        let rows = ProbeMeasure.allCases.compactMap { measure -> String? in
            guard let summary = report[measure] else { return nil }
            let values = [summary.p50, summary.p95, summary.p99, summary.max].map { Self.number($0) }
            return Self.pad(measure.title, 24) + (values + [String(summary.count)]).map { Self.padLeft($0, 9) }.joined()
        }
        return [paint(header, "1")] + rows
    }

    private var objectives: [String] {
        report.objectives.map { objective in
            let measured = objective.p95Ms.map { "p95 \(Self.number($0)) ms" } ?? "not measured"
            let mark =
                switch objective.met {
                case true?: paint("met   ", "32")
                case false?: paint("MISSED", "31")
                case nil: paint("?     ", "33")
                }
            return
                "\(mark)  \(Self.pad(objective.measure.title, 22)) \(measured), limit \(Self.number(objective.limitMs)) ms"
        }
    }

    private var failures: [String] {
        report.failures.map { failure in
            let hint = failure.hint.map { " \($0)" } ?? ""
            return paint("\(failure.count) failed", "31") + "  \(failure.message)\(hint)"
        }
    }

    private var notices: [String] {
        report.notices.sorted { $0.key < $1.key }.map { "notice  \($0.key), \($0.value) times" }
    }

    private var verdict: String {
        switch report.verdict {
        case .met: paint("All objectives met.", "1;32")
        case .missed: paint("Objectives missed.", "1;31")
        case .notMeasured: paint("Could not measure.", "1;33")
        }
    }

    private func paint(_ text: String, _ code: String) -> String {
        style == .colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// One decimal below a thousand, none above.
    static func number(_ value: Double) -> String {
        guard value.magnitude < 1_000 else { return String(Int(value.rounded())) }
        let tenths = Int((value * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func padLeft(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

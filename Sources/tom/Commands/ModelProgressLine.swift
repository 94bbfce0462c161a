import Synchronization
import TomModels

/// Shows on standard error how far a download is: one line, redrawn as whole percents or megabytes come.
final class ModelProgressLine: Sendable {
    private let isQuiet: Bool
    private let shown = Mutex("")

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    func show(_ progress: ModelProgress) {
        guard !isQuiet else { return }
        let text = Self.text(progress)
        let isNew = shown.withLock { shown in
            defer { shown = text }
            return shown != text
        }
        if isNew { Terminal.say("\r\u{1B}[K\(text)") }
    }

    /// Takes the line away.
    func clear() {
        if !isQuiet, shown.withLock({ !$0.isEmpty }) { Terminal.say("\r\u{1B}[K") }
    }

    static func text(_ progress: ModelProgress) -> String {
        guard let total = progress.total, total > 0 else {
            return "\(progress.file): \(progress.received / 1_000_000) MB"
        }
        let percent = Int(Double(progress.received) / Double(total) * 100)
        return "\(progress.file): \(percent) % of \(ModelsCommand.size(total))"
    }
}

import TomProbe

/// Shows on standard error how far a probe is: one line redrawn on a terminal, otherwise a line every few seconds.
enum ProbeProgressLine {
    /// Runs `body` and shows `probe`'s progress meanwhile.
    static func show<Result: Sendable>(
        _ probe: Probe, isQuiet: Bool, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        guard !isQuiet else { return try await body() }
        let redraws = Terminal.standardErrorIsTerminal
        let progress = Task {
            let interval: Duration = redraws ? .milliseconds(250) : .seconds(5)
            while (try? await Task.sleep(for: interval)) != nil {
                Terminal.say(redraws ? "\r\u{1B}[K\(text(probe.progress))" : "\(text(probe.progress))\n")
            }
        }
        defer {
            progress.cancel()
            if redraws { Terminal.say("\r\u{1B}[K") }
        }
        return try await body()
    }

    /// One line on `progress`.
    static func text(_ progress: ProbeProgress) -> String {
        var parts = [
            "\(progress.begun - progress.ended) of \(progress.calls) calls live", "\(progress.answered) turns answered",
        ]
        if progress.unanswered > 0 { parts.append("\(progress.unanswered) unanswered") }
        if progress.failed > 0 { parts.append("\(progress.failed) calls failed") }
        if let last = progress.lastEndToEndMs { parts.append("latest reply after \(Int(last)) ms") }
        return parts.joined(separator: ", ")
    }
}

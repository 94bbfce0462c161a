import ArgumentParser

/// `tom doctor`: what is missing, and how to fix it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Check engines, port, certificate, microphone prerequisites and limits, and say how to fix what is missing.",
        usage: """
            tom doctor
            tom doctor --agent agents/receptionist.de.yaml
            tom doctor --json | jq '.findings[] | select(.status != "ok")'
            """,
        discussion: "Takes the flags and settings of `tom serve`. Exit status: 0 when calls will work, 1 when not.")

    @Flag(help: "Print JSON for scripts.")
    var json = false

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let findings: [Finding]
        do throws(SettingsError) {
            findings = await Doctor(settings: try settings()).examine()
        } catch {
            findings = error.problems.map {
                .failed("settings", "\($0.key) (\($0.source)): \($0.reason)", fix: $0.fix)
            }
        }
        let isHealthy = !findings.contains { $0.status == .failed }
        if json {
            Terminal.write(try ScriptOutput.json(DoctorReport(healthy: isHealthy, findings: findings)))
        } else {
            Terminal.write(findings.map { line($0, colour: Terminal.standardOutputTakesColour) }.joined())
        }
        if !isHealthy { throw ExitCode.failure }
    }

    private func settings() throws(SettingsError) -> Settings {
        do {
            return try Settings(options.resolve().findingModels())
        } catch let error as SettingsError {
            throw error
        } catch {
            throw SettingsError(problems: [
                SettingProblem(key: "settings", source: "files", reason: "\(error)", fix: "Check the settings files.")
            ])
        }
    }

    private func line(_ finding: Finding, colour: Bool) -> String {
        let (word, code) =
            switch finding.status {
            case .ok: ("ok     ", "32")
            case .warning: ("warning", "33")
            case .failed: ("FAILED ", "31")
            }
        return finding.lines(mark: colour ? "\u{1B}[\(code)m\(word)\u{1B}[0m" : word)
    }
}

/// What `tom doctor --json` prints.
struct DoctorReport: Encodable {
    let healthy: Bool
    let findings: [Finding]
}

import ArgumentParser
import Glibc
import TomEngines
import TomSherpa

/// `tom sherpa-trial`: loads a model of sherpa-onnx, which may end the process; `tom serve` and `tom doctor` start it.
struct SherpaTrialCommand: ParsableCommand {
    static let name = "sherpa-trial"

    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Try a model of sherpa-onnx in this process, which it may end.",
        shouldDisplay: false)

    @Argument(help: "What to try, as JSON.")
    var trial: String

    func run() throws {
        guard let trial = SherpaTrial(argument: trial) else { throw ValidationError("This is no trial.") }
        // What the library writes is why it ends the process.
        dup2(STDOUT_FILENO, STDERR_FILENO)
        do throws(EngineError) {
            try trial.perform()
        } catch {
            Terminal.write("\(error.message)\n")
            throw ExitCode.failure
        }
        Terminal.write(SherpaTrial.success + "\n")
    }
}

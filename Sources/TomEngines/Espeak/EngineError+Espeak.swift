import Glibc
import TomErrors

extension EngineError {
    static var espeakBadVoice: EngineError {
        EngineError(
            code: "tts.bad_voice", message: "The voice's name is not one of eSpeak NG's.",
            hint: "Choose a voice that `espeak-ng --voices` lists, such as en-us or de.", category: .invalidRequest)
    }

    /// Of every synthesiser that is given a sentence as a whole.
    package static var textTooLong: EngineError {
        EngineError(
            code: "tts.text_too_long",
            message: "A sentence has more than \(EspeakText.maximumLength) characters.",
            hint: "Split the text into sentences.", category: .invalidRequest, blamesRequest: true)
    }

    static func espeakBusy(waiting: Int) -> EngineError {
        EngineError(
            code: "tts.busy", message: "\(waiting) sentences wait for eSpeak NG already.",
            hint: "Allow more processes or fewer calls.", category: .rateLimit)
    }

    static func espeakTimeout(_ timeout: Duration) -> EngineError {
        EngineError(
            code: "tts.timeout", message: "eSpeak NG did not finish a sentence within \(timeout).",
            hint: "Check the load of the machine.", category: .timeout)
    }

    package static func espeakNotStarted(executable: String, code: CInt) -> EngineError {
        let reason = String(cString: strerror(code))
        switch code {
        case ENOENT, ENOTDIR, EACCES, ENOEXEC, ELOOP:
            return EngineError(
                code: "tts.not_installed", message: "eSpeak NG cannot be run from \(executable): \(reason).",
                hint: "Install it with `apt-get install espeak-ng`, or configure its path.", category: .server)
        default:
            return EngineError(
                code: "tts.overloaded", message: "eSpeak NG could not be started: \(reason).",
                hint: "Raise the limits of open files and processes.", category: .quota)
        }
    }

    static func espeakCrashed(_ exit: ChildProcess.Exit) -> EngineError {
        switch exit {
        case .signal(let number):
            EngineError(
                code: "tts.crashed", message: "eSpeak NG was ended by signal \(number) within a sentence.",
                hint: "Check the system's log for the reason, such as lack of memory.", category: .server)
        case .status(let status):
            EngineError(
                code: "tts.crashed", message: "eSpeak NG ended with status \(status).",
                hint: "Check that `espeak-ng --voices` lists the configured voice.", category: .server)
        case .overdue:
            EngineError(
                code: "tts.timeout", message: "eSpeak NG closed its output and did not end.", hint: nil,
                category: .timeout)
        }
    }

    static func espeakBadOutput(_ reason: String) -> EngineError {
        EngineError(
            code: "tts.bad_output", message: "What eSpeak NG wrote is not a sentence's audio: \(reason).",
            hint: "Check that the configured program is espeak-ng 1.50 or later.", category: .server)
    }
}

import Glibc
import TomErrors

extension EngineError {
    static func piperBusy(waiting: Int) -> EngineError {
        EngineError(
            code: "tts.busy", message: "\(waiting) sentences wait for Piper already.",
            hint: "Raise TTS_PIPER_PROCESSES, or allow fewer calls.", category: .rateLimit)
    }

    static var piperTimeout: EngineError {
        EngineError(
            code: "tts.timeout", message: "Piper did not finish a sentence in time.",
            hint: "Check the load of the machine, or use a smaller voice.", category: .timeout)
    }

    static func piperNoVoice(_ path: String) -> EngineError {
        EngineError(
            code: "tts.no_voice", message: "There is no voice for Piper at \(path), or no \(path).json beside it.",
            hint: "Set TTS_VOICE to the path of an .onnx file, or to the name of a voice that `tom models` lists.",
            category: .invalidRequest)
    }

    static func piperNotStarted(executable: String, code: CInt) -> EngineError {
        let reason = String(cString: strerror(code))
        switch code {
        case ENOENT, ENOTDIR, EACCES, ENOEXEC, ELOOP:
            return EngineError(
                code: "tts.not_installed", message: "Piper cannot be run from \(executable): \(reason).",
                hint:
                    "Install piper-tts by pip in a virtual environment, and set TTS_PIPER_PATH to its program `piper`.",
                category: .server)
        default:
            return EngineError(
                code: "tts.overloaded", message: "Piper could not be started: \(reason).",
                hint: "Raise the limits of open files and processes.", category: .quota)
        }
    }

    static func piperCrashed(_ exit: ChildProcess.Exit) -> EngineError {
        let how =
            switch exit {
            case .signal(let number): "was ended by signal \(number)"
            case .status(let status): "ended with status \(status)"
            case .overdue: "closed its output and did not end"
            }
        return EngineError(
            code: "tts.crashed", message: "Piper \(how) within a sentence.",
            hint: "Say a sentence with the same program and voice by hand: it prints what is wrong.", category: .server)
    }

    static func piperBadOutput(_ reason: String) -> EngineError {
        EngineError(
            code: "tts.bad_output", message: "What Piper wrote is not a sentence's audio: \(reason).",
            hint: "Check that TTS_PIPER_PATH is the program `piper` of piper-tts.", category: .server)
    }
}

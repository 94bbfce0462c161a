import Foundation
import TomAudio
import TomErrors

/// Makes what the scripted caller says: recordings, or sentences spoken by eSpeak NG.
///
/// eSpeak NG is GPL-3 and runs as a process of its own; it is never linked.
public enum CallerVoice {
    /// What is said when nothing else is asked for: two questions the English receptionist answers.
    public static let standardSentences = ["What are your opening hours?", "Where are you located?"]

    /// Reads a WAV file.
    /// - Throws: ``ProbeError`` `probe.bad_audio` when it cannot be read, holds no speech or is longer than a minute.
    public static func recording(path: String) throws(ProbeError) -> Utterance {
        let name = URL(fileURLWithPath: path).lastPathComponent
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ProbeError(
                code: "probe.bad_audio", message: "the recording \(path) cannot be read.",
                hint: "Check the path and that this user may read it.", category: .invalidRequest)
        }
        return try utterance(name: name, wav: [UInt8](data))
    }

    /// Speaks a sentence.
    /// - Parameters:
    ///   - language: BCP 47 code; `en` speaks American English, which the local recogniser's model is made for.
    ///   - program: path of eSpeak NG, or a name to look for in `PATH`.
    /// - Throws: ``ProbeError`` `probe.no_voice` when eSpeak NG cannot be run.
    public static func sentence(_ text: String, language: String, program: String) throws(ProbeError) -> Utterance {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // The text goes through standard input: as an argument it could be taken for an option.
        process.arguments = [program, "--stdout", "--stdin", "-v", language == "en" ? "en-us" : language, "-s", "150"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
            try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
            try input.fileHandleForWriting.close()
            let wav = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            guard process.terminationStatus == 0, !wav.isEmpty else { throw noVoice(program, "it made no audio") }
            return try utterance(name: text, wav: [UInt8](wav))
        } catch let error as ProbeError {
            throw error
        } catch {
            throw noVoice(program, error.localizedDescription)
        }
    }

    private static func utterance(name: String, wav: [UInt8]) throws(ProbeError) -> Utterance {
        let (samples, rate): ([Int16], SampleRate)
        do {
            (samples, rate) = try WAV.read(wav)
        } catch {
            throw ProbeError(
                code: "probe.bad_audio", message: "the recording “\(name)” cannot be used: \(error.message)",
                hint: error.hint, category: .invalidRequest)
        }
        return try Utterance(name: name, samples: samples, rate: rate)
    }

    private static func noVoice(_ program: String, _ reason: String) -> ProbeError {
        ProbeError(
            code: "probe.no_voice", message: "\(program) cannot speak the caller's sentences: \(reason).",
            hint: "Install it (apt-get install espeak-ng), set ESPEAK_PATH, or give recordings with --wav.",
            category: .connectivity)
    }
}

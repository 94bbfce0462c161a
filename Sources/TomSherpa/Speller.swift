import Glibc
import TomEngines

/// Turns text into what a voice can say. For voices that know phonemes it asks eSpeak NG, a process for every sentence
/// that takes a few milliseconds: the program is GPL-3 and not linked.
struct Speller: Sendable {
    private let voice: String?
    private let executable: String

    init(_ model: VoiceModel, _ configuration: SherpaSynthesizerConfiguration) {
        voice = model.spelling
        executable = configuration.espeak
    }

    /// Blocks until eSpeak NG has answered.
    /// - Parameter text: cleaned by `EspeakText`, with something to say in it.
    /// - Throws: `tts.not_installed` and other failures of the start of a process, `tts.phonemes`.
    func words(_ text: String, until deadline: ContinuousClock.Instant) throws(EngineError) -> SpokenWords {
        guard let voice else { return .text(text) }
        let clauses = SpokenWords.clauses(text).map { $0.words + String($0.mark) }
        let output = try lines(of: clauses.joined(separator: "\n"), voice, deadline)
        let words = SpokenWords(lines: output, of: text)
        if case .phonemes(let sentences) = words, sentences.isEmpty {
            throw .spellingFailed(voice: voice, reason: "it wrote nothing")
        }
        return words
    }

    private func lines(
        of text: String, _ voice: String, _ deadline: ContinuousClock.Instant
    ) throws(EngineError) -> [String] {
        // A voice's name comes from a file: no option, no path.
        guard voice.first != "-", !voice.contains("/") else {
            throw .spellingFailed(voice: voice, reason: "this is no name of a voice")
        }
        let arguments = ["-q", "--ipa", "--stdin", "-b", "1", "-v", voice]
        switch ChildProcess.spawn(executable: executable, arguments: arguments) {
        case .failure(let failure): throw .espeakNotStarted(executable: executable, code: failure.code)
        case .success(var process):
            // At most 8 kB, which a pipe holds.
            let bytes = Array((text + "\n").utf8)
            _ = bytes.withUnsafeBytes { write(process.input, $0.baseAddress, $0.count) }
            process.closeInput()
            let output = ChildOutput.read(process, atMost: 1 << 16, until: deadline)
            let exit = process.reap(until: deadline)
            guard exit == .status(0) else { throw .spellingFailed(voice: voice, reason: "it ended with \(exit)") }
            return output.split(whereSeparator: \.isNewline).map(String.init)
        }
    }
}

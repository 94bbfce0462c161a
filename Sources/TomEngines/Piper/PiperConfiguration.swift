/// How Piper is run.
public struct PiperConfiguration: Sendable, Equatable {
    /// Path of the program `piper`.
    public var executable: String
    /// Path of the voice, an `.onnx` file with its `.onnx.json` beside it.
    public var voice: String
    /// Processes that speak at the same time, 1 or more; sentences beyond it wait in order. Each holds the voice in
    /// memory and uses every core it finds.
    public var maximumProcesses = 2
    /// Sentences that wait at most, 0 or more; one more fails with `tts.busy`.
    public var maximumWaiting = 1_000
    /// From the request to the end of its audio, waiting included.
    public var timeout = Duration.seconds(10)
    /// The same for the first sentence of a process, which loads the voice before it.
    public var startTimeout = Duration.seconds(60)
    /// From the end of a process's output to its own end; then it is killed.
    var endTimeout = Duration.seconds(1)
    /// Where sentences pass through on their way from Piper; in memory where the system has such a place.
    public var scratch = "/dev/shm"

    public init(executable: String, voice: String) {
        self.executable = executable
        self.voice = voice
    }

    /// Audio of one sentence at most, in seconds: beyond it the program has gone wrong.
    static let maximumAudioSeconds = 600

    /// Everything but the text, which goes to standard input: arguments are shown to every user of the machine by `ps`.
    func arguments(folder: String) -> [String] { ["-m", voice, "--output_dir", folder] }
}

import Glibc

/// How PocketSphinx is run.
public struct PocketSphinxConfiguration: Sendable, Equatable {
    /// Folder of the acoustic model; Debian's package `pocketsphinx-en-us` installs it.
    public var modelPath = "/usr/share/pocketsphinx/model/en-us/en-us"
    /// Pronunciations, CMU format.
    public var dictionaryPath = "/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict"
    /// Transcriptions that run at the same time, 1 or more, each on a thread and with two decoders of its own (about
    /// 6 to 12 MB together); more wait in order. The number of cores by default.
    public var maximumDecoders = max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))))
    /// Transcriptions that wait for a decoder at most, 0 or more; one more fails with `stt.busy`.
    public var maximumWaiting = 100
    /// Audio that one transcription buffers while its decoder is behind, in seconds. What comes when it is full is
    /// dropped and counted.
    public var maximumBufferedSeconds = 30
    /// Audio of one turn that is listened to, in seconds. A longer turn is none of the grammar's phrases: it is
    /// rejected as soon as it is longer, so that a line with music on it does not keep others from a decoder.
    public var maximumTurnSeconds = 30
    /// Audio between two interim results, in milliseconds.
    public var interimIntervalMs = 240
    /// How far speech may be from the phrase it is taken for; see ``Verification``. Lower rejects more.
    public var maximumDeviation = Verification.defaultLimit
    /// The same where digits are expected.
    public var maximumDigitsDeviation = Verification.digitsLimit

    public init() {}
}

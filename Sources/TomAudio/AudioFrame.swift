/// The fixed slice of audio TOM works in: 20 ms.
public enum AudioFrame {
    /// The duration of a frame in milliseconds.
    public static let durationMs = 20

    /// Frames in a second: 50.
    public static let perSecond = 1_000 / durationMs

    /// Samples of one frame at `rate`: 160 at 8 kHz, 320 at 16 kHz, 441 at 22.05 kHz.
    public static func samples(at rate: SampleRate) -> Int {
        rate.hertz * durationMs / 1_000
    }
}

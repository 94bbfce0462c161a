/// Samples per second of one channel of audio.
public struct SampleRate: Hashable, Sendable, CustomStringConvertible {
    public let hertz: Int
    /// - Parameter hertz: above zero.
    public init(hertz: Int) {
        precondition(hertz > 0, "a sample rate is above zero, not \(hertz)")
        self.hertz = hertz
    }
    public static let hz8000 = SampleRate(hertz: 8_000)
    public static let hz16000 = SampleRate(hertz: 16_000)
    public static let hz22050 = SampleRate(hertz: 22_050)
    public static let hz24000 = SampleRate(hertz: 24_000)
    public static let hz44100 = SampleRate(hertz: 44_100)
    public static let hz48000 = SampleRate(hertz: 48_000)
    /// The rates TOM converts between.
    public static let supported: [SampleRate] = [.hz8000, .hz16000, .hz22050, .hz24000, .hz44100, .hz48000]
    public var description: String { "\(hertz) Hz" }
}

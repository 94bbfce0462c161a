/// The shape of Silero VAD v5 at 16 kHz: what goes in and comes out for one frame of one call.
enum SileroFrame {
    /// Samples of a frame: 32 ms.
    static let samples = 512
    /// Samples of the frame before that are put in front of it.
    static let context = 64
    /// Samples the model is given for a frame.
    static let input = samples + context
    /// Numbers of one of the two layers of the recurrent state.
    static let layer = 128
    /// The state: two layers.
    static let state = 2 * layer
}

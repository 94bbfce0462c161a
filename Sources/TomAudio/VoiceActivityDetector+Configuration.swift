extension VoiceActivityDetector {
    /// How sure the detector has to be, and for how long.
    public struct Configuration: Sendable, Hashable {
        /// Milliseconds of speech without a break that declare an onset; rounded up to frames of 20 ms, at least one.
        /// Shorter sounds (clicks, knocks) are not speech.
        public var startMs: Int
        /// Milliseconds without speech that declare the stop; rounded up to frames of 20 ms, at least one.
        public var stopMs: Int
        /// Level, without hum, below which nothing begins to be speech, in dBFS.
        public var minimumLevelDbfs: Float
        /// How far one band has to stand above its noise floor for an onset, in dB.
        public var onsetPeakDb: Float
        /// How far the bands have to stand above their noise floors on average for an onset, in dB.
        public var onsetMeanDb: Float
        /// How much less of each of the above is enough for speech that has begun, in dB.
        public var hysteresisDb: Float

        public init(
            startMs: Int = 60, stopMs: Int = 120, minimumLevelDbfs: Float = -50, onsetPeakDb: Float = 10,
            onsetMeanDb: Float = 5, hysteresisDb: Float = 4
        ) {
            self.startMs = startMs
            self.stopMs = stopMs
            self.minimumLevelDbfs = minimumLevelDbfs
            self.onsetPeakDb = onsetPeakDb
            self.onsetMeanDb = onsetMeanDb
            self.hysteresisDb = hysteresisDb
        }
    }
}

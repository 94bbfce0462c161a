import TomAudio

extension VoiceActivity {
    /// Takes the client's say on how sure a detector has to be of speech; positions and what is known of the line stay.
    ///
    /// For a model it is the probability itself, for the built-in detector how far speech stands out of the background,
    /// with 0.5 for what TOM uses by itself.
    mutating func adjust(to turnEnd: ClientSettings.TurnEnd, usual: SessionConfiguration) {
        var configuration = usual.voiceActivity
        var threshold = usual.speechThreshold
        if case .silence(_, let wanted) = turnEnd, wanted != 0.5 {
            configuration.onsetPeakDb = max(configuration.onsetPeakDb * Float(2 * wanted), configuration.hysteresisDb)
            configuration.onsetMeanDb = max(configuration.onsetMeanDb * Float(2 * wanted), 1)
            threshold.onset = Float(min(max(wanted, 0.01), 0.99))
            threshold.hold = max(threshold.onset - 0.15, 0.005)
        }
        adjust(configuration, threshold)
    }
}

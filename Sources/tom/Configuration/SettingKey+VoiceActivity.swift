/// The settings of the models that tell when a caller speaks and when a turn is over.
extension SettingKey {
    static let vadModel = SettingKey(
        "VAD_MODEL", .path, absence: "none",
        "With VAD=silero: the file of Silero VAD v5, `silero_vad.onnx`.")
    static let vadThresholdPercent = SettingKey(
        "VAD_THRESHOLD_PERCENT", .integer(10...95), default: "50",
        "With VAD=silero: how probable speech has to be to begin; 15 less is enough for it to go on.")
    static let onnxRuntimeLibrary = SettingKey(
        "ONNXRUNTIME_LIBRARY", .path, absence: "where the system keeps libraries",
        "The file of ONNX Runtime, `libonnxruntime.so`, which VAD=silero and TURN_END=smart-turn run on.")
}

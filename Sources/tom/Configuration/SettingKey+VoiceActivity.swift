/// The settings of the models that tell when a caller speaks and when a turn is over.
extension SettingKey {
    static let vadModel = SettingKey(
        "VAD_MODEL", .model, absence: "none",
        "With VAD=silero: the file of Silero VAD v5, `silero_vad.onnx`. With VAD=sherpa-onnx: that of Silero VAD or TEN VAD."
    )
    static let vadThresholdPercent = SettingKey(
        "VAD_THRESHOLD_PERCENT", .integer(10...95), default: "50",
        "With VAD=silero and VAD=sherpa-onnx: how probable speech has to be to begin; 15 less is enough for it to go on."
    )
    static let turnEnd = SettingKey(
        "TURN_END", .word(["off", "smart-turn"]), default: "off",
        "What judges whether a caller who pauses has finished: `smart-turn` is the model TURN_END_MODEL on ONNX Runtime. "
            + "A pause that sounds unfinished ends the turn after ENDPOINTING_MAX_DELAY_MS instead of the minimum.")
    static let turnEndModel = SettingKey(
        "TURN_END_MODEL", .model, absence: "none",
        "With TURN_END=smart-turn: the file of smart-turn v3, `smart-turn-v3.2-cpu.onnx`.")
    static let turnEndThresholdPercent = SettingKey(
        "TURN_END_THRESHOLD_PERCENT", .integer(1...99), default: "50",
        "With TURN_END=smart-turn: how probable the end of the turn has to be for the minimum delay to stand.")
    static let onnxRuntimeLibrary = SettingKey(
        "ONNXRUNTIME_LIBRARY", .path, absence: "where the system keeps libraries",
        "The file of ONNX Runtime, `libonnxruntime.so`, which VAD=silero and TURN_END=smart-turn run on.")
}

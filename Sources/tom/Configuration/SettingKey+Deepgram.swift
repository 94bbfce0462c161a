/// The settings of Deepgram's speech to text.
extension SettingKey {
    static let sttDeepgramURL = SettingKey(
        "STT_DEEPGRAM_URL", .url, absence: "STT_PROVIDER_URL, or https://api.deepgram.com",
        "Address of Deepgram's API, or of a server of the same API, without `/v1`. STT_PROVIDER_URL counts only where "
            + "no other engine of the order takes it.")
    static let sttDeepgramKey = SettingKey(
        "STT_DEEPGRAM_KEY", .text, absence: "STT_PROVIDER_KEY", secret: true,
        "Key for Deepgram. STT_PROVIDER_KEY counts only where no other engine of the order takes it.")
    static let sttDeepgramModel = SettingKey(
        "STT_DEEPGRAM_MODEL", .text, absence: "STT_PROVIDER_MODEL, or nova-3",
        "Id of Deepgram's model. STT_PROVIDER_MODEL counts only where no other engine of the order takes it.")
}

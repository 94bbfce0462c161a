/// The settings of what calls cost.
extension SettingKey {
    static let costLog = SettingKey(
        "COST_LOG", .path, absence: "none",
        "File that gets one line of JSON for each call at its end: times, how it ended, what its engines used and cost."
    )
    static let pricesFile = SettingKey(
        "PRICES_FILE", .path, absence: "none",
        "YAML file with what each engine charges, for the cost of calls in `GET /v1/calls/{id}` and COST_LOG.")
}

/// Where models and voices are.
extension SettingKey {
    static let modelsDir = SettingKey(
        "MODELS_DIR", .path, default: "~/.local/share/tom/models",
        "Directory of the models and voices that `tom models` adds and other settings name. Made when missing.")
}

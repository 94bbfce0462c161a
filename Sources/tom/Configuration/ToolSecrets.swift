import Foundation

/// The secrets of tools: every setting that begins with `TOOL_SECRET_`.
struct ToolSecrets: Sendable, Equatable {
    private var values: [String: Secret] = [:]

    init() {}

    /// - Parameter layers: names and values, weakest first; of several the last counts.
    init(layers: [[String: String]]) {
        for layer in layers {
            for (name, value) in layer where SettingKey.isToolSecret(name) && !value.isEmpty {
                values[name] = Secret(value: value)
            }
        }
    }

    /// The value of `name`, or what the file named by `<name>_FILE` holds, without the line end behind it; `nil` for neither.
    func value(of name: String) -> String? {
        if let secret = values[name] { return secret.value }
        guard let path = values["\(name)_FILE"]?.value,
            let data = FileManager.default.contents(atPath: Settings.path(path)), data.count <= 65_536
        else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

import Foundation
import TomModels

/// What a setting needs of the model that it names.
enum ModelUse: Sendable, Equatable {
    /// The model itself, one file.
    case file(ModelManifest.Kind)
    /// The folder with all of its files.
    case folder(ModelManifest.Kind)

    var kind: ModelManifest.Kind {
        switch self {
        case .file(let kind), .folder(let kind): kind
        }
    }
}

/// Models that settings name: by their path, or as `tom models` knows them.
extension ResolvedSettings {
    /// The directory of `tom models`.
    var modelsDirectory: String { Settings.path(text(.modelsDir) ?? "models") }

    /// The same settings for a command that uses models: those that are named must be there. All other commands leave
    /// names as they are; `tom models add` is how a model comes to be there.
    func findingModels() -> ResolvedSettings {
        var settings = self
        settings.models = ModelDirectory(modelsDirectory)
        return settings
    }

    /// The path of the model that the setting `key` is about; `nil` where it is not set.
    ///
    /// A value with a slash, that ends in `.onnx`, or that is there, is a path; any other is a model's name.
    /// - Parameter elsewhere: a directory that has no model of that name either, for the problem's text.
    func model(
        _ key: SettingKey, as use: ModelUse, butNotIn elsewhere: String? = nil, _ problems: inout [SettingProblem]
    ) -> String? {
        guard let value = text(key) else { return nil }
        guard let models, !Self.isPath(value, of: use) else { return Settings.path(value) }
        do throws(ModelError) {
            let location = try models.locate(value, as: use.kind)
            return if case .file = use { location.file } else { location.folder }
        } catch {
            let sentence = error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message
            let other = elsewhere.map { ", and \($0) has none either" } ?? ""
            problems.append(
                SettingProblem(
                    key: key.name, source: self[key].source, reason: "“\(value)” is no path, and \(sentence)\(other)",
                    fix: error.hint ?? "Give the path of a model."))
            return value
        }
    }

    private static func isPath(_ value: String, of use: ModelUse) -> Bool {
        if SettingValue.isPath(value) { return true }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: value, isDirectory: &isFolder) else { return false }
        return if case .file = use { !isFolder.boolValue } else { true }
    }
}

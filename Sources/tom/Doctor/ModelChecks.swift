import TomModels

/// Whether the models that were added are whole.
enum ModelChecks {
    static func finding(directory path: String) -> Finding {
        let directory = ModelDirectory(path)
        do throws(ModelError) {
            let models = try directory.manifest().models
            let broken = models.filter { directory.state(of: $0) != .ok }.map(\.name)
            guard broken.isEmpty else {
                return .warning(
                    "models", "not whole in \(path): \(broken.joined(separator: ", "))",
                    fix: "Run tom models add \(broken[0]) again; tom models verify reads all of them.")
            }
            guard !models.isEmpty else { return .ok("models", "none added; \(path) is their directory") }
            let names = models.prefix(10).map(\.name).joined(separator: ", ") + (models.count > 10 ? ", …" : "")
            return .ok("models", "\(models.count) in \(path): \(names)")
        } catch {
            return .warning(
                "models", error.message, fix: error.hint ?? "Set MODELS_DIR to another directory.", code: error.code)
        }
    }
}

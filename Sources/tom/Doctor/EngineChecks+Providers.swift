import TomEngines
import TomProviders

/// Checks of the engine `openai`: whether its provider is there, takes the key, and has the model.
extension EngineChecks {
    func reach(_ provider: Settings.Provider?, _ stage: String) async -> Finding {
        guard let provider else { return .failed(stage, "no provider is set", fix: "Set its URL and model.") }
        do throws(EngineError) {
            let listing = try await ProviderSet(engines).closing { providers throws(EngineError) in
                try await providers.client(provider, stage: stage).reach()
            }
            return Self.finding(of: listing, provider, stage)
        } catch {
            return .failed(
                stage, "\(provider.shownURL): \(error.message)", fix: error.hint ?? "Check the provider.",
                code: error.code)
        }
    }

    /// A provider answers whatever its path and its model are called: only its list of models tells whether they are right.
    static func finding(of listing: ModelListing, _ provider: Settings.Provider, _ stage: String) -> Finding {
        let names = provider.names
        switch listing {
        case .absent(let url):
            return .warning(
                stage, "\(provider.shownURL) answers, and there is no model list at \(url)",
                fix: "Check the path of \(names.url), which usually ends in /v1: \(names.example).")
        case .models(let ids) where !listing.holds(provider.model):
            let some = ids.filter(isShowable).prefix(5).joined(separator: ", ")
            return .warning(
                stage, "\(provider.shownURL) answers, and does not list the model \(provider.model)",
                fix: "Set \(names.model ?? "the model") to one that it lists\(some.isEmpty ? "" : ", such as \(some)")."
            )
        case .models, .unasked:
            return .ok(stage, "\(provider.shownURL) answers, model \(provider.model)")
        }
    }

    /// Whether an id can be printed as it is: providers may send anything.
    private static func isShowable(_ id: String) -> Bool {
        (1...100).contains(id.utf8.count) && id.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

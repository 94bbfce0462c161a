import Foundation

/// What a provider answers to the question which models it has.
public enum ModelListing: Sendable, Equatable {
    /// Their ids.
    case models([String])
    /// There is no list at this address: the path of the provider's URL is perhaps not that of its API.
    case absent(url: String)
    /// An API that has no list where it answers requests.
    case unasked

    /// Reads an answer of status 200.
    /// - Parameter url: where it came from, without what may be a key.
    init(_ body: Data, url: String) {
        struct List: Decodable {
            struct Entry: Decodable { var id: String? }
            var data: [Entry]
        }
        let list = try? JSONDecoder().decode(List.self, from: body)
        self = list.map { .models($0.data.compactMap(\.id)) } ?? .absent(url: url)
    }

    /// Whether requests for `model` name one of the list, by its id or by a shorter form that its server takes.
    public func holds(_ model: String) -> Bool {
        guard case .models(let ids) = self else { return false }
        // Ollama's tag, and the folder of Gemini's API, may be left out.
        return [model, "\(model):latest", "models/\(model)"].contains(where: ids.contains)
    }
}

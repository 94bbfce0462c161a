public import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
public import TomEngines

/// Requests to one provider, with its key, within what may leave this network.
///
/// The HTTP client keeps connections open between requests and is shared by all engines; whoever made it shuts it down.
public struct ProviderClient: Sendable {
    let stage: String
    private let endpoint: ProviderEndpoint
    private let egress: EgressPolicy
    private let http: HTTPClient
    private let lastUse = LastUse()

    /// The longest that an answer's head may take. What follows it is bounded by the client's time limit for silence, by sizes,
    /// and by the patience of who asks, who calls the request off.
    private static let longest = TimeAmount.seconds(180)
    /// The most that is read of an answer that is no stream, in bytes.
    static let maxBodyBytes = 4 << 20

    /// - Parameters:
    ///   - stage: `stt`, `llm` or `tts`: how the codes of errors begin.
    ///   - http: whose timeouts hold for connecting and for silence within an answer.
    public init(endpoint: ProviderEndpoint, stage: String, egress: EgressPolicy, http: HTTPClient) {
        self.endpoint = endpoint
        self.stage = stage
        self.egress = egress
        self.http = http
    }

    /// Checks, for the start, whether the provider's address is one that may be asked.
    /// - Throws: `<stage>.egress_forbidden`, `<stage>.host_unknown`.
    public func checkEgress() async throws(EngineError) {
        try await egress.admit(host: endpoint.host, stage: stage)
    }

    /// Asks for the list of models, for `tom doctor`: whether the provider is there, takes the key and has the model.
    /// - Throws: as ``post(_:contentType:body:)``.
    public func reach() async throws(EngineError) -> ModelListing {
        let response = try await send(.GET, "/models", nil)
        // Whatever the answer is, all of it is read: the connection is closed otherwise.
        switch response.status.code {
        case 200..<300: return ModelListing(try await whole(response), url: endpoint.base + "/models")
        case 404, 405:
            _ = await refusal(response)
            return endpoint.listsModels ? .absent(url: endpoint.base + "/models") : .unasked
        default: throw await refusal(response)
        }
    }

    /// Opens a connection where none is likely to be open, so that the next request finds one.
    func warm() {
        guard lastUse.isLongAgo else { return }
        // At once, so that calls that begin together open one.
        lastUse.touch()
        Task { _ = try? await reach() }
    }

    /// Posts `body` and gives the answer's body once its status is good.
    /// - Parameter fields: those that the request holds and that the server may not know.
    /// - Throws: `EngineError`, also for any status but 2xx.
    func post(
        _ path: String, contentType: String, body: ByteBuffer, holding fields: [OptionalField] = []
    ) async throws(EngineError) -> HTTPClientResponse {
        let response = try await send(.POST, path, (contentType, body))
        guard (200..<300).contains(response.status.code) else { throw await refusal(response, of: fields) }
        return response
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ content: (type: String, body: ByteBuffer)?
    ) async throws(EngineError) -> HTTPClientResponse {
        lastUse.touch()
        // Again at every request: a name may have been given another address since the start.
        if !egress.allowsPublic { try await checkEgress() }
        var request = HTTPClientRequest(url: endpoint.url(path))
        request.method = method
        request.headers.add(name: "User-Agent", value: "tom")
        if let field = endpoint.authorization { request.headers.add(name: field.name, value: field.value) }
        if let content {
            request.headers.add(name: "Content-Type", value: content.type)
            request.body = .bytes(content.body)
        }
        do {
            return try await http.execute(request, timeout: Self.longest)
        } catch is ForbiddenPeer {
            throw egress.forbidden(host: endpoint.host, stage: stage)
        } catch {
            throw .transport(error, stage: stage, names: endpoint.names)
        }
    }

    /// The whole body of an answer that is no stream.
    func whole(_ response: HTTPClientResponse) async throws(EngineError) -> Data {
        do {
            return Data(try await response.body.collect(upTo: Self.maxBodyBytes).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw .malformed("it is longer than \(Self.maxBodyBytes) bytes", stage: stage, names: endpoint.names)
        } catch {
            throw .transport(error, stage: stage, names: endpoint.names)
        }
    }

    private func refusal(_ response: HTTPClientResponse, of fields: [OptionalField] = []) async -> EngineError {
        let body = try? await response.body.collect(upTo: 65_536)
        if let body { for field in fields { field.refused(body) } }
        return .status(
            response.status, stage: stage, names: endpoint.names,
            reason: body.flatMap { Self.reason(in: Data($0.readableBytesView)) },
            retryAfter: response.headers.first(name: "Retry-After"))
    }

    /// The API's short word for what is wrong: a code or type, never its sentence, which quotes keys and requests.
    static func reason(in body: Data) -> String? {
        struct Envelope: Decodable {
            struct Fault: Decodable {
                var code: String?
                var type: String?
            }
            var error: Fault?
            /// Deepgram's own place for it.
            var code: String?

            enum CodingKeys: String, CodingKey {
                case error
                case code = "err_code"
            }
        }
        let envelope = try? JSONDecoder().decode(Envelope.self, from: body)
        return [envelope?.error?.code, envelope?.error?.type, envelope?.code?.lowercased()].lazy.compactMap(\.self)
            .compactMap(word).first
    }

    /// `text` when it is a code of an API, safe to be shown.
    static func word(_ text: String) -> String? { word(text, allowsUpperCase: false) }

    /// - Parameter allowsUpperCase: also hyphens: where codes are names of classes, and no key is ever quoted.
    static func word(_ text: String, allowsUpperCase: Bool) -> String? {
        let isWord =
            (1...48).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"): allowsUpperCase
                default: false
                }
            }
        return isWord ? text : nil
    }
}

/// When a provider was last asked, by any call.
private final class LastUse: Sendable {
    private let at = Mutex<ContinuousClock.Instant?>(nil)

    func touch() { at.withLock { $0 = .now } }

    /// Whether connections have probably been closed meanwhile: pools and servers close idle ones after a minute or so.
    var isLongAgo: Bool { at.withLock { $0.map { .now - $0 > .seconds(30) } ?? true } }
}

/// A request under way, which ends when it is cancelled.
final class ProviderTask: EngineTask {
    private let task: Task<Void, Never>
    init(_ body: @escaping @Sendable () async -> Void) { task = Task(operation: body) }
    func cancel() { task.cancel() }
}

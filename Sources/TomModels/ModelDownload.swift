public import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TomEngines
import TomErrors
public import TomProviders

/// Fetches files over HTTP, going on where an earlier attempt ended (RFC 9110 section 14).
public struct ModelDownload: Sendable {
    private let egress: EgressPolicy
    private let http: HTTPClient

    private static let maxRedirects = 5
    /// Attempts in a row that may bring nothing.
    private static let maxFruitless = 3
    /// Attempts in all.
    private static let maxAttempts = 50
    private static let maxDocumentBytes = 4 << 20

    /// - Parameter http: does not follow redirects, because each is checked; whoever made it shuts it down.
    public init(egress: EgressPolicy, http: HTTPClient) {
        self.egress = egress
        self.http = http
    }

    /// What an HTTP client for downloads is made with.
    public static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        configuration.timeout.read = .seconds(60)
        configuration.connectionPool.retryConnectionEstablishment = false
        // A range is one of the bytes as they are.
        configuration.decompression = .disabled
        return configuration
    }

    /// A short document that decides what will be written, so that nobody on the way may change it: over plain http it
    /// comes from this network only.
    func document(at url: String) async throws(ModelError) -> Data {
        let response = try await send(url, from: 0, decides: true)
        do {
            let body = try await response.body.collect(upTo: Self.maxDocumentBytes)
            return Data(body.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw .badManifest("it is larger than \(Self.maxDocumentBytes) bytes")
        } catch {
            throw Self.transport(error)
        }
    }

    /// Fetches `url` into the file `path`, of which what is there already is kept. Breaks of the connection are gone on
    /// from as long as each attempt brings something.
    /// - Parameter size: bytes of the whole file, where known.
    func fetch(
        _ url: String, to path: String, size: Int?, _ report: (Int, Int?) -> Void
    ) async throws(ModelError) {
        var (attempts, fruitless) = (0, 0)
        while true {
            attempts += 1
            let before = ModelDirectory.size(path) ?? 0
            if let size, before == size { return report(size, size) }
            do throws(ModelError) {
                return try await attempt(
                    url, to: path, from: size.map { before > $0 ? 0 : before } ?? before, size, report)
            } catch {
                let after = ModelDirectory.size(path) ?? 0
                fruitless = after > before ? 0 : fruitless + 1
                guard ["models.connection_lost", "models.timeout"].contains(error.code), fruitless < Self.maxFruitless,
                    attempts < Self.maxAttempts,
                    !Task.isCancelled
                else { throw error }
            }
        }
    }

    private func attempt(
        _ url: String, to path: String, from offset: Int, _ size: Int?, _ report: (Int, Int?) -> Void
    ) async throws(ModelError) {
        let response = try await send(url, from: offset)
        // A server without ranges sends all of it again.
        let begin = response.status == .partialContent ? offset : 0
        let part = try ModelPart(path, from: begin)
        defer { part.close() }
        let total = try Self.total(size, response.headers.first(name: "Content-Length"), from: begin)
        report(begin, total)
        do {
            for try await chunk in response.body {
                try part.append(Data(chunk.readableBytesView))
                if let size, part.size > size {
                    throw ModelError(
                        "wrong_size", "the source sends more than the \(size) bytes of \(path).",
                        hint: "Do not use this source, or correct the manifest.", .server)
                }
                report(part.size, total)
            }
        } catch {
            throw Self.transport(error, kept: part.size)
        }
        if let total, part.size < total { throw Self.lost(kept: part.size) }
    }

    /// Bytes of the whole file: as the manifest says, else by the answer's `Content-Length`, of which anything may come.
    static func total(_ size: Int?, _ length: String?, from begin: Int) throws(ModelError) -> Int? {
        if let size { return size }
        guard let length = length.flatMap(Int.init) else { return nil }
        guard length >= 0, length <= ModelManifest.maxFileBytes - begin else { throw .tooLarge }
        return begin + length
    }

    // MARK: Requests

    /// Follows redirects, each to where it is allowed, and returns an answer with the file from `offset` or all of it.
    private func send(
        _ url: String, from offset: Int, decides: Bool = false
    ) async throws(ModelError) -> HTTPClientResponse {
        var url = url
        var offset = offset
        for _ in 0...Self.maxRedirects {
            try check(url, decides: decides)
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "User-Agent", value: "tom")
            request.headers.add(name: "Accept-Encoding", value: "identity")
            if offset > 0 { request.headers.add(name: "Range", value: "bytes=\(offset)-") }
            let response: HTTPClientResponse
            do {
                response = try await http.execute(request, deadline: .distantFuture)
            } catch {
                throw Self.transport(error)
            }
            switch response.status.code {
            case 200: return response
            case 206 where Self.begins(response, at: offset): return response
            // The range lies behind the end, or is another one: all of it, from the beginning.
            case 206 where offset > 0, 416 where offset > 0: offset = 0
            case 301, 302, 303, 307, 308: url = try Self.redirect(response, from: url)
            default: throw Self.refusal(response.status)
            }
        }
        throw ModelError("redirect", "the source redirects without end.", hint: "Give the file's own address.", .server)
    }

    /// `Content-Range: bytes 100-199/200`
    private static func begins(_ response: HTTPClientResponse, at offset: Int) -> Bool {
        guard let range = response.headers.first(name: "Content-Range"), range.lowercased().hasPrefix("bytes ") else {
            return false
        }
        return Int(range.dropFirst(6).prefix { $0 != "-" }.drop { $0 == " " }) == offset
    }

    private static func redirect(_ response: HTTPClientResponse, from url: String) throws(ModelError) -> String {
        guard let location = response.headers.first(name: "Location"),
            let target = URL(string: location, relativeTo: URL(string: url))?.absoluteURL.absoluteString
        else {
            throw ModelError(
                "redirect", "the source redirects to nowhere.", hint: "Give the file's own address.", .server)
        }
        if url.lowercased().hasPrefix("https:"), !target.lowercased().hasPrefix("https:") {
            throw ModelError(
                "redirect", "the source redirects from https to plain http.", hint: "Give an https address.", .server)
        }
        guard case .url = try ModelSource(target) else {
            throw ModelError("redirect", "the source redirects to a file.", hint: "Do not use this source.", .server)
        }
        return target
    }

    private func check(_ url: String, decides: Bool) throws(ModelError) {
        guard let host = URLComponents(string: url)?.host?.trimmingCharacters(in: CharacterSet(charactersIn: "[]")),
            !host.isEmpty
        else { throw ModelError("bad_source", "the address has no host.") }
        guard try Self.admits(host, egress) else {
            throw ModelError(
                "egress_forbidden", "the host \(host) is outside this network.",
                hint: "Set ALLOW_EGRESS=true to allow it, or give --mirror or --from with a source of your own.",
                .authorization)
        }
        guard decides, !url.lowercased().hasPrefix("https:") else { return }
        guard try Self.admits(host, EgressPolicy(allowsPublic: false)) else {
            throw ModelError(
                "bad_source", "a manifest from outside this network is taken over https only.",
                hint: "Give its https address, or a file that you have checked.")
        }
    }

    /// Blocks while the name is resolved; a command has nothing else to do meanwhile.
    /// - Throws: `models.host_unknown`.
    private static func admits(_ host: String, _ policy: EgressPolicy) throws(ModelError) -> Bool {
        do {
            try policy.check(host: host, stage: "models")
            return true
        } catch {
            guard error.category == .authorization else {
                throw ModelError(
                    "host_unknown", "the host \(host) has no address.", hint: "Check the address.", .connectivity)
            }
            return false
        }
    }

    // MARK: Errors

    private static func refusal(_ status: HTTPResponseStatus) -> ModelError {
        ModelError(
            "refused", "the source answered \(status.code).", hint: "Check the address.",
            status.code >= 500 ? .server : .invalidRequest)
    }

    private static func lost(kept: Int) -> ModelError {
        ModelError(
            "connection_lost", "the connection broke; \(kept) bytes are kept.",
            hint: "Run the command again to go on from there.",
            .connectivity)
    }

    private static func transport(_ error: any Error, kept: Int = 0) -> ModelError {
        if let error = error as? ModelError { return error }
        switch EngineError.transport(error, stage: "models").code {
        case "models.cancelled": return ModelError("connection_lost", "the download was called off.", .cancelled)
        case "models.timeout":
            return ModelError(
                "timeout", "the source did not answer in time.", hint: "Run the command again to go on.", .timeout)
        case "models.tls":
            return ModelError(
                "tls", "the source's certificate or TLS is not accepted.", hint: "Check the address.", .connectivity)
        case "models.unreachable":
            return ModelError(
                "unreachable", "the source cannot be reached.", hint: "Check the address and that it runs.",
                .connectivity)
        default: return lost(kept: kept)
        }
    }
}

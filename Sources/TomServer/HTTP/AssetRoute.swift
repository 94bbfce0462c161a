import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A file of the dashboard.
public struct Asset: Sendable {
    public let bytes: [UInt8]
    public let contentType: String

    public init(bytes: [UInt8], contentType: String) {
        self.bytes = bytes
        self.contentType = contentType
    }
}

/// Serves the dashboard's files, with validators (RFC 9110 section 8.8.3) so that an unchanged file costs a 304.
struct AssetRoute: Sendable {
    /// - Parameter path: without a leading slash; empty for the page itself.
    let assets: @Sendable (_ path: String) -> Asset?

    func respond(to request: Request) throws(ServerError) -> Response {
        let path = request.uri.path.drop { $0 == "/" }
        guard let asset = assets(String(path)) else { throw .notFound }
        let tag =
            "\""
            + SHA256.hash(data: asset.bytes).prefix(12).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined() + "\""
        // revalidated on every load: an updated server must not meet an old page
        var headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache"]
        if Self.matches(request.headers[.ifNoneMatch], tag) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = asset.contentType
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }

    /// Weak comparison, as `If-None-Match` asks for (RFC 9110 section 13.1.2).
    static func matches(_ header: String?, _ tag: String) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
    }
}

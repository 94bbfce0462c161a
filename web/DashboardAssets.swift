import CDashboardFiles

/// One file of the dashboard, ready to be served.
public struct DashboardAsset: Sendable, Equatable {
    /// The file's content.
    public let bytes: [UInt8]
    /// Media type for the `Content-Type` header, with the charset where the file is text.
    public let contentType: String
    /// Strong entity tag, quotes included, made from the content. See: RFC 9110 section 8.8.3.
    public let etag: String
}

/// The dashboard's files, compiled into the binary: `tom serve` needs no web root and no second server.
public enum DashboardAssets {
    /// The paths that are served, sorted. `/` is served besides as `/index.html`.
    public static var paths: [String] { table.keys.sorted() }

    /// The file at a path.
    ///
    /// - Parameter path: The path of the request as in the URL, starting with `/`, without query. `/` is the start page.
    /// - Returns: The file, or `nil` when the dashboard has none there. The lookup is by exact name: no path can leave the table.
    public static func asset(path: String) -> DashboardAsset? {
        table[path == "/" ? "/index.html" : path]
    }

    private static let table: [String: DashboardAsset] = {
        let files = (0..<tom_dashboard_file_count()).compactMap { tom_dashboard_file_at($0)?.pointee }
        return Dictionary(
            uniqueKeysWithValues: files.map { file in
                let path = String(cString: file.path)
                let bytes = Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
                return (
                    path, DashboardAsset(bytes: bytes, contentType: contentType(of: path), etag: entityTag(of: bytes))
                )
            })
    }()

    private static func contentType(of path: String) -> String {
        switch path.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }

    /// FNV-1a, 64 bits, with the length: it tells versions of one file apart and guards nothing.
    private static func entityTag(of bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return "\"\(String(hash, radix: 16))-\(String(bytes.count, radix: 16))\""
    }
}

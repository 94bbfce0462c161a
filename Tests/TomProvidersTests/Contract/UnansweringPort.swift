import Glibc
import Testing

/// A port behind which nobody accepts connections.
final class UnansweringPort: Sendable {
    enum Kind: Sendable {
        /// The kernel makes the connection and takes in what is sent; no program ever reads it.
        case half
        /// The queue of connections is full, so that a further one is left unanswered: a host that has vanished.
        case full
    }

    let port: Int
    private let sockets: [CInt]

    init(_ kind: Kind) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let backlog: CInt = kind == .half ? 64 : 0
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, backlog) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        port = Int(UInt16(bigEndian: address.sin_port))
        var sockets = [listener]
        // One is queued; those behind it wait for an answer to their first packet.
        for _ in 0..<(kind == .half ? 0 : 4) {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK, 0)
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, length) }
            }
            sockets.append(client)
        }
        self.sockets = sockets
    }

    deinit { for socket in sockets { close(socket) } }
}

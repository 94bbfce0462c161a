import Dispatch
import Glibc
public import TomEngines
import TomErrors

/// Whether audio and words may leave for an address: loopback and private ones are this house's own, others only where the
/// operator has said so.
public struct EgressPolicy: Sendable, Equatable {
    public let allowsPublic: Bool

    public init(allowsPublic: Bool) { self.allowsPublic = allowsPublic }

    /// Looks `host` up and checks every address it has. Blocks while the name is resolved.
    /// - Throws: `<stage>.egress_forbidden`, or `<stage>.host_unknown` when the name has no address.
    public func check(host: String, stage: String) throws(EngineError) {
        guard !allowsPublic else { return }
        let addresses = Self.addresses(of: host)
        guard !addresses.isEmpty else {
            throw EngineError(
                code: "\(stage).host_unknown", message: "The provider's host \(host) has no address.",
                hint: "Check the URL and the name service.", category: .connectivity)
        }
        guard addresses.allSatisfy(Self.isOwn) else {
            throw forbidden(host: host, stage: stage)
        }
    }

    /// As ``check(host:stage:)``, off the caller's thread.
    func admit(host: String, stage: String) async throws(EngineError) {
        let failure = await withCheckedContinuation { (continuation: CheckedContinuation<EngineError?, Never>) in
            // Names are resolved by a call that blocks.
            DispatchQueue.global().async {
                do throws(EngineError) {
                    try check(host: host, stage: stage)
                    continuation.resume(returning: nil)
                } catch {
                    continuation.resume(returning: error)
                }
            }
        }
        if let failure { throw failure }
    }

    /// Whether words may go to the peer of a connection. Blocks for no name service, since there is no name.
    /// - Parameter address: the peer's IP address in digits.
    func allows(address: String?) -> Bool {
        if allowsPublic { return true }
        let addresses = address.map(Self.addresses) ?? []
        return !addresses.isEmpty && addresses.allSatisfy(Self.isOwn)
    }

    func forbidden(host: String, stage: String) -> EngineError {
        EngineError(
            code: "\(stage).egress_forbidden",
            message: "The provider's host \(host) is outside this network, and what callers say may not leave it.",
            hint: "Set ALLOW_EGRESS=true to allow it, or use an engine on this machine or network.",
            category: .authorization)
    }

    /// Addresses in network order: 4 bytes or 16.
    static func addresses(of host: String) -> [[UInt8]] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        return sequence(first: list) { $0?.pointee.ai_next }.compactMap { entry in
            guard let info = entry?.pointee, let address = info.ai_addr else { return nil }
            switch info.ai_family {
            case AF_INET:
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
                }
            case AF_INET6:
                return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
                }
            default: return nil
            }
        }
    }

    /// Loopback, private (RFC 1918), link-local, unique local (RFC 4193), and IPv4 written as IPv6.
    static func isOwn(_ address: [UInt8]) -> Bool {
        if address.count == 16 {
            if address.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] {
                return isOwn(Array(address.suffix(4)))
            }
            if address == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] { return true }
            return address[0] & 0xFE == 0xFC || (address[0] == 0xFE && address[1] & 0xC0 == 0x80)
        }
        switch (address[0], address[1]) {
        case (127, _), (10, _), (192, 168), (169, 254): return true
        case (172, let second): return (16...31).contains(second)
        default: return false
        }
    }
}

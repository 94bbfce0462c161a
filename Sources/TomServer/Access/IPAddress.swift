import Glibc
import NIOCore

/// An IP address as bytes; an IPv4 address mapped into IPv6 (RFC 4291 section 2.5.5.2) is the IPv4 address.
struct IPAddress: Hashable, Sendable {
    /// 4 or 16 bytes in network order.
    let bytes: [UInt8]

    /// Reads dotted IPv4 or IPv6 in any of its spellings, in brackets or not, without a zone.
    init?(_ text: some StringProtocol) {
        var text = String(text)
        if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            bytes = Self.unmapped(withUnsafeBytes(of: six) { Array($0) })
        } else {
            return nil
        }
    }

    init?(_ address: SocketAddress?) {
        guard let text = address?.ipAddress else { return nil }
        self.init(text)
    }

    private static func unmapped(_ six: [UInt8]) -> [UInt8] {
        six.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] ? Array(six.suffix(4)) : six
    }

    /// 127.0.0.0/8 or ::1.
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    /// The unit that limits count by: the address, or for IPv6 its /64, which one subscriber usually has whole.
    var limitKey: IPAddress {
        bytes.count == 4 ? self : IPAddress(raw: Array(bytes.prefix(8)) + Array(repeating: 0, count: 8))
    }

    private init(raw: [UInt8]) { bytes = raw }
}

/// A block of addresses in CIDR notation (RFC 4632), or one address.
struct IPAddressRange: Sendable, Equatable {
    let network: IPAddress
    let prefixLength: Int

    /// Reads `10.0.0.0/8`, `2001:db8::/32` or an address.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let network = IPAddress(parts[0]) else { return nil }
        let width = network.bytes.count * 8
        let length = parts.count == 2 ? Int(parts[1]) : width
        guard let length, (0...width).contains(length) else { return nil }
        self.network = network
        prefixLength = length
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == network.bytes.count else { return false }
        let whole = prefixLength / 8
        guard address.bytes.prefix(whole) == network.bytes.prefix(whole) else { return false }
        let rest = prefixLength % 8
        guard rest > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF << (8 - rest))
        return address.bytes[whole] & mask == network.bytes[whole] & mask
    }
}

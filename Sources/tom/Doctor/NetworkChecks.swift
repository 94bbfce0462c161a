import Glibc
import NIOCore
import NIOPosix

/// Checks of where the server listens and whom it admits.
enum NetworkChecks {
    /// Listens for a moment where the server would.
    static func port(_ listening: Settings.Listening) async -> Finding {
        let place = "\(listening.host) port \(listening.port)"
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        do {
            let channel = try await bootstrap.bind(host: listening.host, port: listening.port).get()
            try? await channel.close()
            return .ok("port", "\(place) is free")
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            return .failed("port", "\(place) is in use", fix: "Stop what listens there (`ss -ltnp`), or use --port.")
        } catch let error as IOError where error.errnoCode == EACCES {
            return .failed(
                "port", "this user may not listen on \(place)",
                fix: "Use a port from 1024 up, or grant CAP_NET_BIND_SERVICE.")
        } catch {
            return .failed(
                "port", "\(place) cannot be listened on: \(error)", fix: "Use an address of this machine for HOST.")
        }
    }

    /// Browsers give pages the microphone in secure contexts only (W3C Secure Contexts section 3.1): TLS or loopback.
    static func microphone(_ listening: Settings.Listening) -> Finding {
        if listening.tls != nil { return .ok("microphone", "pages come over TLS, where browsers allow the microphone") }
        if listening.isLoopback {
            return .ok("microphone", "pages come from loopback, where browsers allow the microphone without TLS")
        }
        return .warning(
            "microphone", "pages at http://\(listening.host) get no microphone: browsers ask for TLS or loopback",
            fix: "Set TLS_CERTIFICATE_FILE and TLS_KEY_FILE, or put a TLS proxy in front.")
    }

    /// Says who may call.
    static func admission(_ admission: Settings.Admission) -> Finding {
        if let secret = admission.secret, secret.value.utf8.count < 32 {
            return .warning(
                "tokens", "JWT_SECRET has \(secret.value.utf8.count) bytes; RFC 7518 section 3.2 asks for 32",
                fix: "Make one with `openssl rand -base64 32`.")
        }
        if admission.allowsMissingToken {
            return .warning(
                "tokens", "DEV_ALLOW_NO_JWT lets callers in without a token",
                fix: "Remove it where others reach the server.")
        }
        return .ok("tokens", admission.hasKeys ? "every call needs a token" : "no keys: calls from this machine only")
    }
}

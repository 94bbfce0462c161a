public import NIOCore

/// Everything the server is told from outside. Reading it from files and the environment is the executable's work.
public struct ServerConfiguration: Sendable {
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// 0 lets the system choose; `TomServer.port` tells what it chose.
    public var port = 8080
    /// `nil`: plain HTTP.
    public var tls: TLSFiles?
    public var authentication = Authentication()
    public var rates = Rates()
    /// Origins of pages that may call; empty: pages of this server and of loopback addresses; `*`: all.
    public var originAllowList: [String] = []
    /// Addresses and CIDR blocks that may call; empty: all.
    public var addressAllowList: [String] = []
    /// Concurrent calls; above it calls are refused with 503. At least 1.
    public var maxCalls = 1_000
    /// Requests at one time that speak or write down; above it they are refused with 503. At least 1.
    public var maxAudioRequests = 8
    /// The program `ffmpeg`, which makes mp3, opus, aac and flac of speech; `nil`, or where there is none: these are not offered.
    public var encoderPath: String?
    /// Event-loop threads. At least 1.
    public var eventLoops = System.coreCount
    public var webSocket = WebSocketLimits()
    /// Bytes of one message of a session of the Realtime API, in place of `webSocket.maxMessageBytes`.
    public var realtimeMaxMessageBytes = 16 << 20
    public var http = HTTPLimits()
    public var call = CallLimits()
    /// How long live calls may go on after the first SIGTERM.
    public var drainDeadline: Duration = .seconds(60)
    /// Shown by the metric `tom_build_info`.
    public var version = "unknown"
    /// What runs on WebSockets at other paths than the calls': test builds put an echo there.
    package var testEndpoints: [String: @Sendable () -> any WebSocketEndpoint] = [:]

    public init() {}

    /// PEM files.
    public struct TLSFiles: Sendable, Equatable {
        public var certificatePath: String
        public var keyPath: String
        public init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }
    }

    /// How callers prove who they are. With neither `secret` nor `jwksPath` and without `allowMissingToken`, only calls from
    /// the server's own machine are taken.
    public struct Authentication: Sendable, Equatable {
        /// The key of HS256 tokens.
        public var secret: String?
        /// A JSON Web Key Set file with the public keys of RS256, ES256 and EdDSA tokens; not together with `secret`.
        public var jwksPath: String?
        /// What `iss` must be; `nil`: anything.
        public var issuer: String?
        /// What `aud` must contain; `nil`: anything.
        public var audience: String?
        /// The longest `exp - iat`, in seconds. At least 1.
        public var maxTTLSeconds = 60
        /// Calls without a token are taken from anywhere; a token that is sent is checked all the same.
        public var allowMissingToken = false
        /// Close a call with 1008 when its token expires.
        public var endCallsAtExpiry = false
        /// The file with the keys of OpenAI's API, which need not exist; `nil`: there are none.
        public var keysPath: String?
        /// Used tokens remembered; when all are still valid, further calls are refused with 503.
        public var replayCapacity = 100_000
        public init() {}
    }

    /// Zero means unlimited.
    public struct Rates: Sendable, Equatable {
        /// Messages a second of one call, and at once.
        public var messagesPerSecond = 120
        /// Bytes a second of one call, and at once.
        public var bytesPerSecond = 262_144
        /// New calls a minute from one address (for IPv6 from one /64), and at once.
        public var connectionsPerMinute = 30
        public init() {}
    }

    /// The bounds of plain HTTP.
    public struct HTTPLimits: Sendable, Equatable {
        /// How long a fresh connection may take to its first whole request head; TLS handshake included.
        public var headerTimeout: TimeAmount = .seconds(10)
        /// How long a kept connection may take to its next whole request head.
        public var idleTimeout: TimeAmount = .seconds(30)
        /// How long a request may take from its head to the end of its response.
        public var requestTimeout: TimeAmount = .seconds(30)
        /// The same for a request that speaks or writes down.
        public var audioTimeout: TimeAmount = .minutes(10)
        /// Bytes of a request head; above it 400 and close.
        public var maxHeaderBytes = 32_768
        /// Connections without a whole request head, overall. Beyond it the oldest is closed.
        public var maxUnfinished = 1_024
        /// The same for one address.
        public var maxUnfinishedPerAddress = 256
        public init() {}
    }

    /// The bounds of one call.
    public struct CallLimits: Sendable, Equatable {
        /// How long the server waits for a first message before it sends `connected` by itself.
        public var connectedGrace: TimeAmount = .milliseconds(150)
        /// How long after `connected` a `start` may still come before the session begins with the defaults.
        public var startGrace: TimeAmount = .milliseconds(250)
        public var heartbeatInterval: TimeAmount = .seconds(30)
        /// Bad messages within `errorWindowSeconds` that end the call with 1008.
        public var maxErrors = 20
        public var errorWindowSeconds = 10.0
        /// How long a session of the Realtime API may last, in seconds.
        public var maxRealtimeSeconds = 86_400
        public init() {}
    }
}

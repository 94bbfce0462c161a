/// The settings of the server: where it listens, whom it admits, what it bounds, where it writes.
extension SettingKey {
    static let host = SettingKey(
        "HOST", .host, default: "127.0.0.1", flag: "--host",
        "Address to listen on. Anything but loopback needs `JWT_SECRET`, `JWT_JWKS_FILE`, `KEYS_FILE` or "
            + "`DEV_ALLOW_NO_JWT`.")
    static let port = SettingKey(
        "PORT", .integer(0...65_535), default: "8080", flag: "--port",
        "TCP port to listen on; 0 takes any free one and logs which.")
    static let tlsCertificateFile = SettingKey(
        "TLS_CERTIFICATE_FILE", .path, absence: "no TLS",
        "PEM file with the server's certificate chain, the server's own certificate first. Needs `TLS_KEY_FILE`.")
    static let tlsKeyFile = SettingKey(
        "TLS_KEY_FILE", .path, absence: "no TLS", "PEM file with the certificate's private key.")
    static let eventLoops = SettingKey(
        "EVENT_LOOPS", .integer(1...1_024), absence: "one per core",
        "Number of event-loop threads that carry the calls.")
    static let drainTimeoutSeconds = SettingKey(
        "DRAIN_TIMEOUT_SECONDS", .integer(0...86_400), default: "60",
        "How long calls may go on after the first SIGTERM before they are ended.")

    static let devAllowNoJWT = SettingKey(
        "DEV_ALLOW_NO_JWT", .boolean, default: "false",
        "Lets callers in without a token; a bad token is refused all the same. For development.")
    static let jwtSecret = SettingKey(
        "JWT_SECRET", .text, absence: "none", secret: true,
        "Shared secret of HS256 tokens; `tom token` signs with it. Use 32 random bytes or more "
            + "(`openssl rand -base64 32`), RFC 7518 section 3.2.")
    static let jwtJWKSFile = SettingKey(
        "JWT_JWKS_FILE", .path, absence: "none",
        "JSON Web Key Set with the public keys of RS256, ES256 or EdDSA tokens; not together with `JWT_SECRET`.")
    static let jwtIssuer = SettingKey(
        "JWT_ISSUER", .text, absence: "not checked", "Value that a token's `iss` must have.")
    static let jwtAudience = SettingKey(
        "JWT_AUDIENCE", .text, absence: "not checked", "Value that a token's `aud` must hold.")
    static let jwtMaxTTLSeconds = SettingKey(
        "JWT_MAX_TTL_SECONDS", .integer(1...86_400), default: "60",
        "Longest time from a token's `iat` to its `exp` that is accepted.")
    static let jwtEndsCall = SettingKey(
        "JWT_ENDS_CALL", .boolean, default: "false",
        "Ends a call, with close code 1008, when the token it began with expires.")
    static let keysFile = SettingKey(
        "KEYS_FILE", .path, absence: "keys.json in DATA_DIR",
        "File with the keys of the OpenAI-compatible API, which `tom keys` keeps. As soon as there is one, that API asks for a "
            + "key; without one it serves this machine only.")
    static let originAllowlist = SettingKey(
        "WS_ORIGIN_ALLOWLIST", .origins, absence: "same origin and loopback pages",
        "Web origins whose pages may open a call; `*`: all. Clients that send no `Origin` are not browsers and are not "
            + "checked.")
    static let addressAllowlist = SettingKey(
        "WS_IP_ALLOWLIST", .addresses, absence: "all", "Addresses that may open a call.")

    static let maxCalls = SettingKey(
        "MAX_CALLS", .integer(1...1_000_000), default: "1000", "Calls at one time; the next one is answered 503.")
    static let maxAudioRequests = SettingKey(
        "MAX_AUDIO_REQUESTS", .integer(1...10_000), default: "8",
        "Requests to `/v1/audio/speech` and `/v1/audio/transcriptions` at one time; the next one is answered 503.")
    static let rateLimitMessages = SettingKey(
        "RATE_LIMIT_MSGS_PER_SEC", .integer(0...1_000_000), default: "120",
        "WebSocket messages a second and call, with a burst of the same size; 0 means unlimited.")
    static let rateLimitBytes = SettingKey(
        "RATE_LIMIT_BYTES_PER_SEC", .integer(0...1_000_000_000), default: "262144",
        "WebSocket payload bytes a second and call; 0 means unlimited.")
    static let rateLimitConnections = SettingKey(
        "RATE_LIMIT_CONN_PER_MIN", .integer(0...1_000_000), default: "30",
        "New calls a minute and address, then 429; 0 means unlimited.")
    static let maxMessageBytes = SettingKey(
        "MAX_MESSAGE_BYTES", .integer(1_024...1_048_576), default: "65536",
        "Longest WebSocket message accepted; a longer one closes the call with 1009.")

    static let dataDir = SettingKey(
        "DATA_DIR", .path, default: "data",
        "Directory for what is kept: taken messages and their recordings, under `messages/`. Made when missing.")
    static let journalDir = SettingKey(
        "JOURNAL_DIR", .path, absence: "no journals", flag: "--journal",
        "Directory for one journal a call, to be replayed with `tom replay`. Journals hold what was said.")

    static let logLevel = SettingKey(
        "LOG_LEVEL", .word(["trace", "debug", "info", "notice", "warning", "error", "critical"]), default: "info",
        "Least severe level that is written. No level writes speech, text or tokens.")
    static let logFormat = SettingKey(
        "LOG_FORMAT", .word(["text", "json"]), absence: "text on a terminal, else json",
        "Shape of the log lines on standard error.")
}

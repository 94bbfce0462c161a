extension Settings {
    /// What tools may do.
    struct Tools: Sendable, Equatable {
        /// The longest a tool may take.
        var timeout: Duration
        var secrets: ToolSecrets
        /// Hosts on which clients may name tool servers of their own.
        var clientHosts: [String]

        init(_ resolved: ResolvedSettings) {
            timeout = .milliseconds(resolved.integer(.toolTimeoutMs))
            secrets = resolved.toolSecrets
            clientHosts = resolved.list(.clientToolHosts)
        }
    }
}

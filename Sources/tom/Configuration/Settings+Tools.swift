extension Settings {
    /// What tools may do.
    struct Tools: Sendable, Equatable {
        /// The longest a tool may take.
        var timeout: Duration
        var secrets: ToolSecrets

        init(_ resolved: ResolvedSettings) {
            timeout = .milliseconds(resolved.integer(.toolTimeoutMs))
            secrets = resolved.toolSecrets
        }
    }
}

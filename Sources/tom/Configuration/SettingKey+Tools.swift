import TomEngines

/// The settings of tools.
extension SettingKey {
    static let toolTimeoutMs = SettingKey(
        "TOOL_TIMEOUT_MS", .integer(200...60_000), default: "10000",
        "How long a tool may take; later, the model is told that it did not answer. Secrets that the agent file names for its "
            + "tools are settings too: `TOOL_SECRET_…`, or `TOOL_SECRET_…_FILE` for a file that holds one.")

    static let clientToolHosts = SettingKey(
        "TOOL_CLIENT_HOSTS", .hosts, absence: "none",
        "Hosts on which clients of the Realtime API may name tool servers (MCP) of their own, each with a port where only "
            + "that is meant; `*`: every host, those of your own network too. `ALLOW_EGRESS` holds besides.")

    /// Whether `name` holds a secret of a tool, or names the file that does: such names are the operator's own.
    static func isToolSecret(_ name: String) -> Bool {
        name.hasPrefix(Agent.Tools.secretPrefix) && name != Agent.Tools.secretPrefix
    }
}

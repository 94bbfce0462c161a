import TomConversation
import TomEngines
import TomRealtime
import TomSession

extension [RealtimeTool] {
    /// The tool servers that the client names.
    var servers: [ClientToolServer] {
        compactMap { tool in
            guard case .mcp(_, let described) = tool else { return nil }
            return ClientToolServer(json: described)
        }
    }
}

extension RemoteToolChoice {
    init?(_ choice: RealtimeToolChoice) {
        guard case .mcp(let label, let name) = choice else { return nil }
        self.init(server: label, name: name)
    }
}

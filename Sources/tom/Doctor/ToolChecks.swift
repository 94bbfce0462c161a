import AsyncHTTPClient
import TomEngines
import TomProviders

/// Checks of the agent's tools: whether each can be reached and has its secrets. Nothing is run.
struct ToolChecks {
    let settings: Settings
    /// `nil` when it cannot be read.
    let agent: Agent?

    func findings() async -> [Finding] {
        guard let agent, !agent.tools.webhooks.isEmpty || !agent.tools.servers.isEmpty else { return [] }
        let http = ProviderSet.client(settings.engines)
        var findings: [Finding] = []
        for webhook in agent.tools.webhooks {
            findings.append(
                await finding(webhook.name, webhook.url) { () async throws(EngineError) in
                    try await ToolSet.webhook(webhook, settings, http).reach()
                    return webhook.secret == nil ? "answers; requests are not signed" : "answers"
                })
        }
        for server in agent.tools.servers {
            findings.append(
                await finding(server.name, server.url) { () async throws(EngineError) in
                    let count = try await ToolSet.server(server, settings, http).probe()
                    return "offers \(count) tools"
                })
        }
        try? await http.shutdown()
        return findings
    }

    private func finding(
        _ name: String, _ url: String, _ check: () async throws(EngineError) -> String
    ) async -> Finding {
        let shown = SettingValue.shown(url: url)
        do throws(EngineError) {
            return .ok("tool \(name)", "\(shown) \(try await check())")
        } catch {
            return .failed(
                "tool \(name)", "\(shown): \(error.message)", fix: error.hint ?? "Check the tool.", code: error.code)
        }
    }
}

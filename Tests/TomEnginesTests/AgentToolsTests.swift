import Testing
import TomAgents
import TomConversation
import TomEngines

/// The section `tools` of an agent file.
@Suite("Tools of agent files")
struct AgentToolsTests {
    private func load(_ tools: String) throws -> Agent {
        try Agent.load(yaml: String(decoding: AgentFiles.english, as: UTF8.self) + "\n" + tools, source: "my.yaml")
    }

    @Test func everythingIsRead() throws {
        let agent = try load(
            """
            tools:
              built_in: [end_call]
              transfer_call:
                targets:
                  - {name: sales, description: Orders and offers, to: "sip:sales@example.org"}
              webhooks:
                - name: look_up_order
                  description: Finds an order by its number.
                  url: http://127.0.0.1:9000/orders
                  secret: TOOL_SECRET_SHOP
                  headers: {Authorization: TOOL_SECRET_SHOP_TOKEN}
                  timeout_ms: 3000
                  retries: 0
                  parameters:
                    type: object
                    required: [order]
                    properties:
                      order: {type: string, minLength: 3, enum: ["007", "x"]}
                      deep: {type: object, properties: {n: {type: integer, maximum: 9}}}
              mcp:
                - {name: crm, url: "http://127.0.0.1:9001/mcp", token: TOOL_SECRET_CRM, tools: [find, add]}
            """)
        #expect(agent.tools.builtIn == [.endCall])
        #expect(
            agent.tools.transfers == [
                .init(name: "sales", description: "Orders and offers", address: "sip:sales@example.org")
            ])
        let webhook = try #require(agent.tools.webhooks.first)
        #expect(webhook.secret == "TOOL_SECRET_SHOP" && webhook.headers == ["Authorization": "TOOL_SECRET_SHOP_TOKEN"])
        #expect(webhook.timeout == .seconds(3) && webhook.retries == 0)
        #expect(webhook.parameters.fault(in: ["order": "007", "deep": ["n": 10]]) == "'deep.n' is above its maximum")
        #expect(
            agent.tools.servers == [
                .init(
                    name: "crm", url: "http://127.0.0.1:9001/mcp", token: "TOOL_SECRET_CRM", allowed: ["find", "add"])
            ])
        #expect(!agent.prompt.contains("call take_message once confirmed"))
    }

    @Test func withoutTheSectionMessagesAndTheEndRemain() throws {
        let agent = try load("")
        #expect(agent.tools == Agent.Tools() && agent.tools.builtIn == [.takeMessage, .endCall])
        #expect(try load("tools: {built_in: []}").tools.builtIn.isEmpty)
    }

    private static let hook = "name: a, description: b, url: http://127.0.0.1/"

    @Test(arguments: [
        ("tools: {built_in: [transfer_call]}", "tools.built_in[0]"), ("tools: {hooks: []}", "tools.hooks"),
        ("tools: {webhooks: [{\(hook), secret: whsec_abc}]}", "tools.webhooks[0].secret"),
        ("tools: {webhooks: [{\(hook), secret: JWT_SECRET}]}", "tools.webhooks[0].secret"),
        (
            "tools: {webhooks: [{\(hook), headers: {webhook-id: TOOL_SECRET_A}}]}",
            "tools.webhooks[0].headers.webhook-id"
        ),
        ("tools: {webhooks: [{\(hook), headers: {X-Key: Bearer abc}}]}", "tools.webhooks[0].headers.X-Key"),
        ("tools: {webhooks: [{\(hook)}, {\(hook)}]}", "tools.webhooks[1]"),
        ("tools: {webhooks: [{name: end_call, description: b, url: http://x/}]}", "tools.webhooks[0]"),
        ("tools: {webhooks: [{name: a b, description: b, url: http://x/}]}", "tools.webhooks[0].name"),
        ("tools: {webhooks: [{name: a, description: b, url: file:///etc/passwd}]}", "tools.webhooks[0].url"),
        ("tools: {webhooks: [{\(hook), timeout_ms: 1}]}", "tools.webhooks[0].timeout_ms"),
        ("tools: {webhooks: [{\(hook), retries: 9}]}", "tools.webhooks[0].retries"),
        (
            "tools: {webhooks: [{\(hook), parameters: {type: object, properties: {a: {pattern: x}}}}]}",
            "tools.webhooks[0].parameters.properties.a.pattern"
        ),
        ("tools: {mcp: [{name: a, url: http://x/, token: abc}]}", "tools.mcp[0].token"),
        ("tools: {transfer_call: {targets: [{name: a, description: b}]}}", "tools.transfer_call.targets[0].to"),
    ])
    func faultsNameTheirPlaceAndNoSecret(tools: String, key: String) {
        let error = #expect(throws: EngineError.self) { try load(tools) }
        #expect(error?.code == "agent.invalid_file" && error?.message.contains(": \(key) ") == true, "\(error!)")
        #expect(error?.hint?.isEmpty == false && "\(error!)".contains("whsec_abc") == false)
    }
}

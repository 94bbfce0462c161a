import Testing
import TomConversation
import TomEngines

/// Which tools of a client's server are offered, and which wait for the client's approval.
@Suite struct ClientToolServerTests {
    private static func tool(_ name: String, annotations: JSONValue = .null) -> ServerTool {
        ServerTool(
            name: name, tool: ToolDescription(name: "crm_\(name)", description: "", parameters: [:]),
            annotations: annotations)
    }

    private let find = tool("find", annotations: ["readOnlyHint": true])
    private let delete = tool("delete", annotations: ["readOnlyHint": false])
    private let unknown = tool("ping")

    @Test func whatAServerDoesNotSayIsNotReadOnly() {
        #expect([find, delete, unknown].map(\.isReadOnly) == [true, false, false])
        #expect(!Self.tool("x", annotations: ["readOnlyHint": "yes"]).isReadOnly)
    }

    @Test func aFilterIncludesWhatFitsAllOfIt() {
        func included(_ filter: ToolFilter) -> [Bool] { [find, delete, unknown].map(filter.includes) }
        #expect(included(ToolFilter()) == [true, true, true])
        #expect(included(ToolFilter(names: ["find", "ping"])) == [true, false, true])
        #expect(included(ToolFilter(names: [])) == [false, false, false])
        #expect(included(ToolFilter(isReadOnly: true)) == [true, false, false])
        #expect(included(ToolFilter(isReadOnly: false)) == [false, true, true])
        #expect(included(ToolFilter(names: ["delete", "find"], isReadOnly: true)) == [true, false, false])
    }

    @Test func whatIsNotLetThroughNeedsApproval() {
        func needed(_ approval: ToolApproval) -> [Bool] { [find, delete, unknown].map(approval.isNeeded) }
        #expect(needed(.always) == [true, true, true])
        #expect(needed(.never) == [false, false, false])
        #expect(needed(.filtered(always: nil, never: ToolFilter(isReadOnly: true))) == [false, true, true])
        #expect(needed(.filtered(always: ToolFilter(names: ["find"]), never: ToolFilter())) == [true, false, false])
        #expect(needed(.filtered(always: ToolFilter(names: ["find"]), never: nil)) == [true, true, true])
        #expect(needed(.filtered(always: nil, never: nil)) == [true, true, true])
    }

    @Test func aSessionsToolIsRead() throws {
        let json: JSONValue = [
            "type": "mcp", "server_label": "crm", "server_url": "https://example.org/mcp", "authorization": "t0ken",
            "headers": ["X-Tenant": "7"], "allowed_tools": ["find", "ping"],
            "require_approval": ["never": ["tool_names": ["find"], "read_only": true]],
        ]
        var expected = ClientToolServer(label: "crm", url: "https://example.org/mcp")
        expected.authorization = "t0ken"
        expected.headers = ["X-Tenant": "7"]
        expected.allowed = ToolFilter(names: ["find", "ping"])
        expected.approval = .filtered(always: nil, never: ToolFilter(names: ["find"], isReadOnly: true))
        #expect(ClientToolServer(json: json) == expected)
        #expect(ClientToolServer(json: ["server_label": "mail", "connector_id": "connector_gmail"]) == nil)
    }

    @Test(
        arguments: [
            (nil, .always), ("always", .always), ("never", .never), (.null, .always),
            (
                ["always": ["tool_names": ["a"]], "never": .null],
                .filtered(always: ToolFilter(names: ["a"]), never: nil)
            ),
        ] as [(JSONValue?, ToolApproval)])
    func approvalIsNeededUnlessItIsSaidNotToBe(json: JSONValue?, approval: ToolApproval) {
        var members: [String: JSONValue] = ["server_label": "crm", "server_url": "https://example.org/mcp"]
        members["require_approval"] = json
        members["allowed_tools"] = .null
        let server = ClientToolServer(json: .object(members))
        #expect(server?.approval == approval && server?.allowed == nil)
        members["allowed_tools"] = ["read_only": true]
        #expect(ClientToolServer(json: .object(members))?.allowed == ToolFilter(isReadOnly: true))
    }

    @Test func whatProvesTheClientsRightsIsNotShown() {
        var server = ClientToolServer(label: "crm", url: "https://example.org/mcp?key=s3cret")
        server.authorization = "t0ken"
        server.headers = ["X-Key": "s3cret"]
        #expect("\(server)" == "tool server crm")
    }
}

public import TomConversation

/// Remote tool servers (MCP) of the client's, whose tools TOM lists and runs itself.
extension RealtimeDialogue {
    /// What the client is sent for what becomes of a tool server and of its tools' calls.
    ///
    /// The items of these are on no record; a client can retrieve and delete them all the same.
    public mutating func tell(_ news: RealtimeToolNews) -> [RealtimeServerEvent] {
        switch news {
        case .listing(let server): return listing(server)
        case .listed(let server, let tools): return listed(server, tools, .completed)
        case .listingFailed(let server): return listed(server, [], .failed)
        case .calling(let call, let server, let response):
            let remote = RemoteToolCall(
                server: server, id: call.id, name: call.name, arguments: call.argumentsText)
            return begin(remote, in: response)
        case .called(let call, let response, let output): return ended(call, response, .output(output))
        case .callFailed(let call, let response, let message): return ended(call, response, .failed(message))
        }
    }

    // MARK: Servers

    mutating func tell(_ news: ToolServerNews, of server: String) -> [RealtimeServerEvent] {
        switch news {
        case .listing: return tell(.listing(server: server))
        case .listed(let tools): return tell(.listed(server: server, tools: tools))
        case .failed(let failure):
            let fault = RealtimeFault(
                .server, code: failure.code,
                message: "The tools of the server '\(server)' cannot be listed: \(failure.message)")
            return tell(.listingFailed(server: server)) + [.error(fault)]
        }
    }

    private mutating func listing(_ server: String) -> [RealtimeServerEvent] {
        let name = makeName("mcpl")
        let (id, previous) = append(name, Self.list(of: server, []))
        remoteTools.listings[server] = id
        let item = RealtimeItem(id: name, status: .inProgress, kind: Self.list(of: server, []))
        return [.itemAdded(item, after: previous), .toolListing(item: name, .inProgress)]
    }

    private mutating func listed(
        _ server: String, _ tools: [JSONValue], _ progress: RealtimeToolProgress
    ) -> [RealtimeServerEvent] {
        guard let id = remoteTools.listings.removeValue(forKey: server), let entry = ledger[id] else { return [] }
        ledger.setOriginal(Self.list(of: server, tools), of: id)
        _ = ledger.finish(id)
        var events: [RealtimeServerEvent] = []
        if dialect == .ga {
            let status = progress == .completed ? RealtimeItem.Status.completed : .incomplete
            let item = RealtimeItem(id: entry.name, status: status, kind: Self.list(of: server, tools))
            events.append(.itemDone(item, after: entry.previous))
        }
        events.append(.toolListing(item: entry.name, progress))
        return events
    }

    private static func list(of server: String, _ tools: [JSONValue]) -> RealtimeItem.Kind {
        .mcp(type: "mcp_list_tools", ["server_label": .string(server), "tools": .array(tools)])
    }

    // MARK: Items on no record

    private mutating func append(_ name: String, _ kind: RealtimeItem.Kind) -> (id: ItemID, previous: String?) {
        remoteTools.count += 1
        let id = ItemID(-remoteTools.count)
        let previous = ledger.append(id, ItemLedger.Entry(name: name, form: .written), original: kind)
        return (id, previous)
    }

    /// An item that the record does not have, as the client was told of it.
    func remoteItem(_ id: ItemID) -> RealtimeItem? {
        guard let entry = ledger[id], let kind = ledger.original(of: id) else { return nil }
        return RealtimeItem(id: entry.name, status: entry.isDone ? .completed : .inProgress, kind: kind)
    }

    // MARK: Calls

    /// - Parameter item: the call on the record.
    mutating func began(_ call: ToolCall, item: ItemID, response: ResponseID?) -> [RealtimeServerEvent] {
        guard let remote = call.remote else { return [] }
        var told = RemoteToolCall(
            server: remote.server, id: item.description, name: remote.name, arguments: call.argumentsText)
        if response == nil { told.approvalRequest = ledger[item]?.name }
        return begin(told, in: response)
    }

    mutating func ended(_ output: ToolOutput, item: ItemID, response: ResponseID?) -> [RealtimeServerEvent] {
        let outcome = output.succeeded ? RemoteToolCall.Outcome.output(output.output) : .failed(output.output)
        return ended(item.description, response, outcome)
    }

    private mutating func begin(_ call: RemoteToolCall, in response: ResponseID?) -> [RealtimeServerEvent] {
        if let response, responses[.recorded(response)] == nil { return [] }
        let name = makeName("mcp")
        let (id, previous) = append(name, call.kind)
        remoteTools.calls[call.id] = (id, call)
        if let response {
            return begin(.remoteCall(call), in: .recorded(response), named: name, id: id, behind: previous)
        }
        let item = RealtimeItem(id: name, status: .inProgress, kind: call.kind)
        return [.itemAdded(item, after: previous), .toolCall(item: name, outputIndex: 0, .inProgress)]
    }

    private mutating func ended(
        _ call: String, _ response: ResponseID?, _ outcome: RemoteToolCall.Outcome
    ) -> [RealtimeServerEvent] {
        guard let known = remoteTools.calls.removeValue(forKey: call) else { return [] }
        var remote = known.call
        remote.outcome = outcome
        ledger.setOriginal(remote.kind, of: known.item)
        var events: [RealtimeServerEvent] = []
        if let response {
            // The response may be over, and the call told of as failed with it.
            _ = responses[.recorded(response)]?.setOutcome(outcome, of: call, &events)
            _ = ledger.finish(known.item)
            return events
        }
        guard let entry = ledger[known.item] else { return [] }
        var progress = RealtimeToolProgress.failed
        if case .output = outcome { progress = .completed }
        events.append(.toolCall(item: entry.name, outputIndex: 0, progress))
        if ledger.finish(known.item), dialect == .ga {
            let item = RealtimeItem(id: entry.name, status: .completed, kind: remote.kind)
            events.append(.itemDone(item, after: entry.previous))
        }
        return events
    }

    // MARK: Approval

    /// The model calls a tool that only runs once the client has approved of it.
    mutating func askApproval(
        of call: ToolCall, _ id: ItemID, behind previous: ItemID?, in key: ResponseKey
    ) -> [RealtimeServerEvent] {
        guard let remote = call.remote else { return [] }
        let name = makeName("mcpr")
        let after = ledger.add(id, ItemLedger.Entry(name: name, form: .written), behind: previous)
        remoteTools.unanswered.insert(id)
        return begin(.approvalRequest(RemoteToolCall(remote, call)), in: key, named: name, id: id, behind: after)
    }

    /// The client's answer to such a request: told of as an item, and for the core to act on.
    mutating func approve(
        _ item: RealtimeItem, _ members: [String: JSONValue]
    ) throws(RealtimeFault) -> [RealtimeRequest] {
        let request = members["approval_request_id"]?.text ?? ""
        guard let id = ledger.id(of: request), remoteTools.unanswered.contains(id) else {
            throw .unknownApproval(request)
        }
        let name = try name(for: item)
        remoteTools.unanswered.remove(id)
        let (own, previous) = append(name, item.kind)
        _ = ledger.finish(own)
        handling?.subject = .approving(request: request)
        let told = RealtimeItem(id: name, status: .completed, kind: item.kind)
        var requests = [RealtimeRequest.tell(.itemAdded(told, after: previous))]
        if dialect == .ga { requests.append(.tell(.itemDone(told, after: previous))) }
        return requests + [.input(.approve(id, members["approve"] == .bool(true), reason: members["reason"]?.text))]
    }

    // MARK: What cannot be served

    /// - Parameter param: where the tools are given.
    func refuseConnectors(_ tools: [RealtimeTool], at param: String) throws(RealtimeFault) {
        for (index, tool) in tools.enumerated() {
            guard case .mcp(_, let described) = tool, described["server_url"]?.text == nil else { continue }
            let member = described["connector_id"] == nil ? "tunnel_id" : "connector_id"
            throw RealtimeFault(
                code: "invalid_value",
                message: "Connectors and tunnels are the hosted API's own. Name the tool server by its server_url.",
                param: "\(param)[\(index)].\(member)")
        }
    }
}

/// What is told of remote tools and is on no record.
struct RemoteToolItems: Sendable {
    /// Items that were told of.
    var count = 0
    /// Of servers whose tools are being listed, by the servers' labels.
    var listings: [String: ItemID] = [:]
    /// Calls that run, by the core's names for them.
    var calls: [String: (item: ItemID, call: RemoteToolCall)] = [:]
    /// Requests for approval that have no answer.
    var unanswered: Set<ItemID> = []
}

/// What becomes of a remote tool server and of its tools' calls. `server`: its label, as the client gave it.
public enum RealtimeToolNews: Sendable, Equatable {
    case listing(server: String)
    /// `tools`: objects with `name`, `description`, `input_schema` and `annotations`.
    case listed(server: String, tools: [JSONValue])
    case listingFailed(server: String)
    /// The model calls a tool of the server's; `response`: the one on the record that it is part of, `nil` between
    /// responses.
    case calling(ToolCall, server: String, response: ResponseID?)
    /// `call`: the call's `id`.
    case called(call: String, response: ResponseID?, output: String)
    case callFailed(call: String, response: ResponseID?, message: String)
}

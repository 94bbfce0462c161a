import CoreMetrics
import Foundation
import Logging
import MetricsTestKit
import Synchronization
import Testing
import TomConversation
import TomEngines
import TomStore

@testable import TomSession

/// Which tool runs, what models are offered, and that every call of a tool is answered and counted once.
@Suite("Toolbox")
struct ToolboxTests {
    private struct Source: ToolSource {
        let kind: ToolKind
        let names: [String]
        var result = ToolResult("ran", .ok)
        var tools: [ToolDescription] {
            names.map { ToolDescription(name: $0, description: "\(kind)", parameters: [:]) }
        }
        func run(_ call: ToolCall, from origin: ToolOrigin) async -> ToolResult {
            ToolResult("\(result.text) \(call.name) for \(origin.callID)", result.outcome, error: result.error)
        }
    }

    private struct Transfer: CallTransfer {
        let isTaken: Bool
        func transfer(to address: String, deliver: @escaping @Sendable (Bool) -> Void) {
            deliver(isTaken && address == "sip:sales@example.org")
        }
    }

    private let metrics = TestMetrics()
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func toolbox(_ tools: Toolbox.AgentTools) throws -> Toolbox {
        let store = try MessageStore(directory: NSTemporaryDirectory() + "tom-toolbox-\(UUID().uuidString)")
        return Toolbox(
            messages: TakeMessage(store: store, logger: logger), agents: ["shop": tools], metrics: metrics,
            logger: logger)
    }

    private func run(
        _ box: Toolbox, _ name: String, _ arguments: [String: JSONValue] = [:], isOffered: Bool = true,
        transfer: (any CallTransfer)? = nil
    ) async -> ToolOutput {
        await withCheckedContinuation { continuation in
            box.run(
                ToolCall(id: "c1", name: name, arguments: arguments, isOffered: isOffered),
                in: ToolContext(callID: "call-7", agentID: "shop", recordings: Recordings(), transfer: transfer)
            ) { continuation.resume(returning: $0) }
        }
    }

    private func count(_ kind: String, _ outcome: String) throws -> Int64 {
        try metrics.expectCounter("tom_tool_calls_total", [("kind", kind), ("outcome", outcome)]).values.reduce(0, +)
    }

    @Test func theFirstThatHasANameRunsIt() async throws {
        let box = try toolbox(
            .init(sources: [
                Source(kind: .webhook, names: ["find", "take_message"]),
                Source(kind: .mcp, names: ["find", "crm_add"], result: ToolResult("failed", .timeout)),
            ]))
        #expect(box.tools(of: "shop").map(\.name) == ["take_message", "end_call", "find", "crm_add"])
        #expect(box.tools(of: "shop").map(\.description)[2...] == ["webhook", "mcp"])
        #expect(box.tools(of: "another").map(\.name) == ["take_message", "end_call"])
        #expect(await run(box, "find").output == "ran find for call-7")
        #expect(
            await run(box, "crm_add") == ToolOutput(callID: "c1", succeeded: false, output: "failed crm_add for call-7")
        )
        #expect(await run(box, "take_message", ["concern": "x"]).output == "The message is saved.")
        #expect(await run(box, "made_up").output == "There is no tool of that name.")
        #expect(await run(box, "transfer_call").succeeded == false)
        #expect(try count("webhook", "ok") == 1 && count("mcp", "timeout") == 1 && count("take_message", "ok") == 1)
        #expect(try count("unknown", "invalid") == 2)
    }

    @Test func aToolThatTheModelWasNotOfferedDoesNotRun() async throws {
        var configuration = Agent.Tools()
        configuration.builtIn = []
        let box = try toolbox(.init(configuration: configuration, sources: [Source(kind: .mcp, names: ["find"])]))
        for name in ["take_message", "end_call", "find"] {
            let output = await run(box, name, ["concern": "x"], isOffered: false)
            #expect(!output.succeeded && output.output == "There is no tool of that name.")
        }
        #expect(try count("unknown", "invalid") == 3)
        // The receptionist takes messages whatever models are offered.
        #expect(await run(box, "take_message", ["concern": "x"]).succeeded)
    }

    @Test func aTransferIsNeverPretended() async throws {
        var configuration = Agent.Tools()
        configuration.builtIn = []
        configuration.transfers = [.init(name: "sales", description: "Orders", address: "sip:sales@example.org")]
        let box = try toolbox(.init(configuration: configuration))
        #expect(box.tools(of: "shop").map(\.name) == ["transfer_call"])
        #expect(box.tools(of: "shop")[0].parameters["properties"]?["target"]?["enum"] == ["sales"])
        #expect(await run(box, "transfer_call", ["target": "sales"]).output == "This call cannot be transferred.")
        let taken = await run(box, "transfer_call", ["target": "sales"], transfer: Transfer(isTaken: true))
        #expect(taken.succeeded && taken.output == "The call is transferred.")
        #expect(
            await run(box, "transfer_call", ["target": "sales"], transfer: Transfer(isTaken: false)).succeeded == false)
        let unknown = await run(box, "transfer_call", ["target": "+491"], transfer: Transfer(isTaken: true))
        #expect(unknown.output == "The arguments do not fit: 'target' is none of sales.")
        #expect(try count("transfer_call", "ok") == 1 && count("transfer_call", "failed") == 2)
    }

    // MARK: Records of calls

    @Test func aCallIsRecordedWhileItGoesOnAndAfterwards() throws {
        let ended = Mutex<[CallRecord]>([])
        let clock = Mutex(Date(timeIntervalSince1970: 100))
        let register = CallRegister(
            now: { clock.withLock { $0 } }, onEnded: { record in ended.withLock { $0.append(record) } })
        let account = register.begin(callID: "a", agentID: "shop", transport: "websocket")
        #expect(register.record(of: "a") == nil)
        register.opened(account)
        #expect(register.record(of: "a")?.state == "live" && register.record(of: "a")?.ended == nil)
        clock.withLock { $0 += 60 }
        let end = Termination(result: .completed, reason: .callerHungUp)
        account.close(end)
        account.close(Termination(result: .failed, reason: .connectionLost))
        let record = try #require(register.record(of: "a"))
        #expect(record.termination == end && record.ended == Date(timeIntervalSince1970: 160) && record.cost == nil)
        #expect(ended.withLock { $0 } == [record])
        let json = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
        #expect(json.contains(#""cost":null"#))
        #expect(try JSONDecoder().decode(CallRecord.self, from: Data(json.utf8)) == record)
    }

    @Test func recordsAreBounded() {
        let register = CallRegister()
        for number in 0..<(CallRegister.maxEnded + 10) {
            let account = register.begin(callID: "c\(number)", agentID: "a", transport: "websocket")
            register.opened(account)
            account.close(Termination(result: .completed, reason: .idle))
        }
        #expect(register.record(of: "c9") == nil && register.record(of: "c10") != nil)
    }
}

public import AsyncHTTPClient
public import Foundation
import NIOCore
import NIOHTTP1
public import TomConversation
public import TomEngines
import TomErrors

/// A tool behind somebody's HTTP server: one signed `POST` a call.
///
/// Body: `{"type": "tool.call", "timestamp": …, "data": {"tool": …, "call_id": …, "agent": …, "arguments": {…}}}`.
/// Every attempt of one call has the same `webhook-id` and `Idempotency-Key`, so that a receiver can tell a retry from a second call.
public struct WebhookTool: ToolSource {
    public let kind = ToolKind.webhook
    public let tools: [ToolDescription]
    private let webhook: Agent.Webhook
    private let client: ToolClient
    private let signature: WebhookSignature?
    private let fields: [(String, String)]
    private let limit: Duration
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - secret: gives the value of a setting the agent file names; `nil` when it is not set.
    ///   - limit: the longest any tool may take; the webhook's own timeout may be shorter.
    ///   - http: must not follow redirects.
    ///   - now: the wall clock.
    /// - Throws: `tool.bad_url`, `tool.bad_secret`.
    public init(
        _ webhook: Agent.Webhook, secret: (String) -> String?, limit: Duration, egress: EgressPolicy, http: HTTPClient,
        now: @escaping @Sendable () -> Date = Date.init
    ) throws(EngineError) {
        self.webhook = webhook
        self.limit = min(webhook.timeout ?? limit, limit)
        self.now = now
        tools = [
            ToolDescription(
                name: webhook.name, description: webhook.description, parameters: webhook.parameters.json)
        ]
        client = try ToolClient(name: webhook.name, url: webhook.url, egress: egress, http: http)
        signature = try webhook.secret.map { (name) throws(EngineError) in
            guard let signature = WebhookSignature(secret: try Self.value(name, webhook, secret)) else {
                throw .tool(
                    webhook.name, secret: name, "is not 24 to 64 bytes in base64",
                    hint: "Make one with: echo whsec_$(openssl rand -base64 32)")
            }
            return signature
        }
        var fields: [(String, String)] = []
        for (field, name) in webhook.headers.sorted(by: { $0.key < $1.key }) {
            let value = try Self.value(name, webhook, secret)
            guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw .tool(
                    webhook.name, secret: name, "holds characters a header field may not have",
                    hint: "Use printable ASCII.")
            }
            fields.append((field, value))
        }
        self.fields = fields
    }

    private static func value(
        _ name: String, _ webhook: Agent.Webhook, _ secret: (String) -> String?
    ) throws(EngineError) -> String {
        guard let value = secret(name), !value.isEmpty else {
            throw .tool(
                webhook.name, secret: name, "is not set",
                hint: "Set \(name) in the environment, or \(name)_FILE to a file that holds it.")
        }
        return value
    }

    /// Checks, for the start, whether the address is one that may be asked.
    /// - Throws: `tool.egress_forbidden`, `tool.host_unknown`.
    public func check() async throws(EngineError) { try await client.checkEgress() }

    /// Asks, for `tom doctor`, whether anybody is there; runs nothing.
    public func reach() async throws(EngineError) {
        let outcome = await within(limit) { [client] () -> EngineError? in
            do throws(EngineError) { try await client.reach() } catch { return error }
            return nil
        }
        guard let outcome else { throw .tool(webhook.name, transport: HTTPClientError.deadlineExceeded) }
        if let outcome { throw outcome }
    }

    // MARK: Running

    public func run(_ call: ToolCall, from origin: ToolOrigin) async -> ToolResult {
        if let fault = webhook.parameters.fault(in: .object(call.arguments)) {
            return ToolResult("The arguments do not fit: \(fault).", .invalid)
        }
        let id = "msg_" + UUID().uuidString.replacing("-", with: "").lowercased()
        guard let body = body(call, origin) else { return ToolResult("The arguments cannot be sent.", .invalid) }
        let end = ContinuousClock.now + limit
        let result = await within(limit) { await attempts(id, body, until: end) }
        return result
            ?? ToolResult(
                "The tool did not answer in time.", .timeout,
                error: .tool(webhook.name, transport: HTTPClientError.deadlineExceeded))
    }

    private struct Body: Encodable {
        struct Call: Encodable {
            var tool: String
            var callID: String
            var agent: String
            var arguments: [String: JSONValue]
            enum CodingKeys: String, CodingKey {
                case tool, agent, arguments
                case callID = "call_id"
            }
        }
        var type = "tool.call"
        var timestamp: String
        var data: Call
    }

    private func body(_ call: ToolCall, _ origin: ToolOrigin) -> Data? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try? encoder.encode(
            Body(
                timestamp: now().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
                data: .init(
                    tool: webhook.name, callID: origin.callID, agent: origin.agentID, arguments: call.arguments)))
    }

    private func attempts(_ id: String, _ body: Data, until end: ContinuousClock.Instant) async -> ToolResult {
        let retry = WebhookRetry(retries: webhook.retries)
        var attempt = 0
        while true {
            let (result, mayRetry, retryAfter) = await self.attempt(id, body)
            guard mayRetry,
                let delay = retry.delay(
                    after: attempt, retryAfter: retryAfter, remaining: end - .now, jitter: .random(in: 0..<1))
            else { return result }
            attempt += 1
            do { try await Task.sleep(for: delay) } catch { return result }
        }
    }

    private func attempt(
        _ id: String, _ body: Data
    ) async -> (result: ToolResult, mayRetry: Bool, retryAfter: Duration?) {
        do throws(EngineError) {
            let response = try await client.send(.POST, head(id, body), body: body)
            let seconds = response.headers.first(name: "Retry-After").flatMap(Int.init)
            return (
                try await result(response), WebhookRetry.isWorthwhile(response.status),
                seconds.map { .seconds(min(max($0, 0), 3_600)) }
            )
        } catch {
            let isLate = error.code == "tool.timeout"
            let words = isLate ? "The tool did not answer in time." : "The tool is not available."
            return (
                ToolResult(words, isLate ? .timeout : .failed, error: error), WebhookRetry.isWorthwhile(error), nil
            )
        }
    }

    private func head(_ id: String, _ body: Data) -> [(String, String)] {
        let timestamp = Int64(now().timeIntervalSince1970)
        var head =
            fields + [
                ("Content-Type", "application/json"), ("Accept", "application/json, text/plain"),
                ("Idempotency-Key", id), ("webhook-id", id), ("webhook-timestamp", "\(timestamp)"),
            ]
        if let signature {
            head.append(("webhook-signature", signature.sign(id: id, timestamp: timestamp, body: body)))
        }
        return head
    }

    // MARK: Answers

    private func result(_ response: HTTPClientResponse) async throws(EngineError) -> ToolResult {
        let status = response.status
        guard (200..<300).contains(status.code) else {
            let error = EngineError.tool(webhook.name, status: status)
            // What these say is about the request, and helps a model to put it right.
            guard [400, 404, 409, 410, 422].contains(status.code) else {
                return ToolResult("The tool is not available.", .failed, error: error)
            }
            let said = try? await text(response)
            return ToolResult(
                "The tool refused the request (\(status.code))."
                    + (said.map { $0.isEmpty ? "" : " It said: \($0)" } ?? ""),
                .failed, error: error)
        }
        let text = try await text(response)
        return ToolResult(text.isEmpty ? "Done." : text, .ok)
    }

    private func text(_ response: HTTPClientResponse) async throws(EngineError) -> String {
        let type = response.headers.first(name: "Content-Type")?.lowercased() ?? "text/plain"
        let media = type.prefix { $0 != ";" }.filter { $0 != " " }
        let isJSON = media == "application/json" || media.hasSuffix("+json")
        let (bytes, isCut) = try await client.read(response, upTo: ToolClient.maxAnswerBytes)
        guard isJSON || media.hasPrefix("text/") || bytes.isEmpty else {
            throw .tool(webhook.name, malformed: "it is neither JSON nor text")
        }
        if isJSON, !isCut, !bytes.isEmpty, (try? JSONDecoder().decode(JSONValue.self, from: bytes)) == nil {
            throw .tool(webhook.name, malformed: "it is not the JSON it says it is")
        }
        return ToolResult.bounded(String(decoding: bytes, as: UTF8.self), isCut: isCut)
    }
}

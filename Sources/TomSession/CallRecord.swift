public import Foundation
public import TomConversation
import TomEngines

/// A call as `GET /v1/calls/{id}` and the file of calls show it: when, how it ended, and what its engines used. Nothing of what
/// was said is in it.
public struct CallRecord: Sendable, Equatable, Codable {
    public var id: String
    public var agent: String
    /// `ended`, or what the call does now.
    public var state: String
    public var transport: String
    public var started: Date
    /// `nil` while the call is live.
    public var ended: Date?
    public var termination: Termination?
    /// By engine; engines that were not asked are missing.
    public var usage: [Usage]
    /// `nil` when no prices are set.
    public var cost: Cost?

    /// What one engine used in the call.
    public struct Usage: Sendable, Equatable, Codable {
        /// `stt`, `llm` or `tts`.
        public var kind: String
        public var engine: String
        /// Whether it is speculation that did not come true.
        public var discarded: Bool
        public var requests: Int
        public var audioSeconds: Double?
        public var characters: Int?
        public var promptTokens: Int?
        /// The part of `promptTokens` that the provider had cached.
        public var cachedTokens: Int?
        public var completionTokens: Int?
        /// Requests whose tokens the engine did not tell.
        public var requestsWithoutTokens: Int
        /// `nil` for an engine without a price.
        public var cost: Double?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case kind, engine, discarded, requests, characters, cost
            case audioSeconds = "audio_seconds"
            case promptTokens = "prompt_tokens"
            case cachedTokens = "cached_tokens"
            case completionTokens = "completion_tokens"
            case requestsWithoutTokens = "requests_without_tokens"
        }
    }

    /// What the call cost.
    public struct Cost: Sendable, Equatable, Codable {
        public var amount: Double
        public var currency: String
        /// `false` when an engine has no price, or did not say how much it was used.
        public var complete: Bool
    }

    enum CodingKeys: String, CodingKey { case id, agent, state, transport, started, ended, termination, usage, cost }
}

// `null` is written where nothing is known, so that every field is always there.
extension CallRecord {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(agent, forKey: .agent)
        try container.encode(state, forKey: .state)
        try container.encode(transport, forKey: .transport)
        try container.encode(started, forKey: .started)
        try container.encode(ended, forKey: .ended)
        try container.encode(termination, forKey: .termination)
        try container.encode(usage, forKey: .usage)
        try container.encode(cost, forKey: .cost)
    }
}

extension CallRecord.Usage {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(engine, forKey: .engine)
        try container.encode(discarded, forKey: .discarded)
        try container.encode(requests, forKey: .requests)
        try container.encode(audioSeconds, forKey: .audioSeconds)
        try container.encode(characters, forKey: .characters)
        try container.encode(promptTokens, forKey: .promptTokens)
        try container.encode(cachedTokens, forKey: .cachedTokens)
        try container.encode(completionTokens, forKey: .completionTokens)
        try container.encode(requestsWithoutTokens, forKey: .requestsWithoutTokens)
        try container.encode(cost, forKey: .cost)
    }

    init(_ entry: UsageLedger.Entry, cost: PriceList.Cost?) {
        self.init(
            kind: entry.stage.rawValue, engine: entry.engine, discarded: entry.discarded, requests: entry.requests,
            audioSeconds: entry.audioSeconds.map { Self.rounded($0, to: 1e3) }, characters: entry.characters,
            promptTokens: entry.tokens?.prompt, cachedTokens: entry.tokens?.cached,
            completionTokens: entry.tokens?.completion, requestsWithoutTokens: entry.requestsWithoutTokens,
            cost: cost.map { Self.rounded($0.amount, to: 1e6) })
    }

    /// Without the noise of binary fractions.
    static func rounded(_ value: Double, to parts: Double) -> Double { (value * parts).rounded() / parts }
}

extension CallRecord.Cost {
    /// The sum of what is known.
    init(_ entries: [UsageLedger.Entry], _ prices: PriceList) {
        let costs = entries.map { prices.cost(of: $0) }
        self.init(
            amount: CallRecord.Usage.rounded(costs.reduce(0) { $0 + ($1?.amount ?? 0) }, to: 1e6),
            currency: prices.currency, complete: costs.allSatisfy { $0?.isComplete == true })
    }
}

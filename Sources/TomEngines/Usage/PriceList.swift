import TomErrors
import Yams

/// What engines cost, from the operator's own file: nothing is known of prices that is not written there.
public struct PriceList: Sendable, Equatable {
    /// As the file names it: `EUR`.
    public let currency: String
    private let prices: [EngineUse.Stage: [String: Price]]

    /// Each in units of the currency; `nil` where nothing is asked for it.
    struct Price: Sendable, Equatable {
        var audioMinute: Double?
        var characterMillion: Double?
        var promptMillion: Double?
        /// `nil`: cached tokens cost what others do.
        var cachedMillion: Double?
        var completionMillion: Double?
    }

    /// What one engine cost, and whether that is all of it.
    public struct Cost: Sendable, Equatable {
        public let amount: Double
        /// `false` when the engine did not say how much it was used.
        public let isComplete: Bool
    }

    /// `nil` for an engine without a price.
    public func cost(of entry: UsageLedger.Entry) -> Cost? {
        guard let price = prices[entry.stage]?[entry.engine] else { return nil }
        var amount = 0.0
        if let rate = price.audioMinute { amount += rate * (entry.audioSeconds ?? 0) / 60 }
        if let rate = price.characterMillion { amount += rate * Double(entry.characters ?? 0) / 1e6 }
        if let tokens = entry.tokens {
            let cached = price.cachedMillion ?? price.promptMillion ?? 0
            amount += (price.promptMillion ?? 0) * Double(tokens.prompt - tokens.cached) / 1e6
            amount += cached * Double(tokens.cached) / 1e6
            amount += (price.completionMillion ?? 0) * Double(tokens.completion) / 1e6
        }
        let pricesTokens = [price.promptMillion, price.completionMillion].contains { ($0 ?? 0) > 0 }
        return Cost(amount: amount, isComplete: !pricesTokens || entry.requestsWithoutTokens == 0)
    }
}

extension PriceList {
    /// Reads a price file: `currency`, and under `stt`, `llm` and `tts` the engines with what they ask for.
    /// - Parameters:
    ///   - yaml: the file's bytes, UTF-8, at most 256 KiB.
    ///   - source: the file's name for error messages.
    /// - Throws: `prices.invalid_file` with line, key and fix at the first fault.
    public static func load(yaml: [UInt8], source: String) throws(EngineError) -> PriceList {
        do throws(EngineError) {
            return try PriceList(read(yaml, source))
        } catch {
            // The reader is that of agent files; the fault is in another file.
            throw EngineError(
                code: "prices.invalid_file", message: error.message, hint: error.hint, category: error.category)
        }
    }

    private static func read(_ yaml: [UInt8], _ source: String) throws(EngineError) -> AgentNode {
        func fault(_ problem: String) -> EngineError {
            AgentNode.error(source: source, line: 1, key: "", problem: problem, fix: "docs/tools.md has an example.")
        }
        guard yaml.count <= AgentLimits.fileBytes, let text = String(validating: yaml, as: UTF8.self) else {
            throw fault("is too large or not UTF-8")
        }
        do {
            guard let node = try compose(yaml: text) else { throw fault("is empty") }
            return AgentNode(node: node, source: source)
        } catch let error as YamlError {
            throw AgentNode.syntaxError(error, source: source)
        } catch {
            throw error as? EngineError ?? fault("is not YAML")
        }
    }

    private init(_ root: AgentNode) throws(EngineError) {
        let stages = EngineUse.Stage.allCases
        let fields = try root.fields(required: ["currency"], optional: stages.map(\.rawValue))
        currency = try fields["currency"]!.text()
        guard currency.utf8.count == 3, currency.allSatisfy({ $0.isASCII && $0.isUppercase }) else {
            throw fields["currency"]!.error("is not a currency's code", fix: "Write three letters, such as EUR.")
        }
        var prices: [EngineUse.Stage: [String: Price]] = [:]
        for stage in stages {
            for (engine, node) in try fields[stage.rawValue]?.entries() ?? [] {
                prices[stage, default: [:]][engine] = try Self.price(node, stage)
            }
        }
        self.prices = prices
    }

    private static func price(_ node: AgentNode, _ stage: EngineUse.Stage) throws(EngineError) -> Price {
        let known =
            switch stage {
            case .stt: ["audio_minute"]
            case .llm: ["prompt_million", "cached_million", "completion_million"]
            case .tts: ["audio_minute", "character_million"]
            }
        let fields = try node.fields(required: [], optional: known)
        func rate(_ key: String) throws(EngineError) -> Double? {
            guard let node = fields[key] else { return nil }
            guard let number = Double(try node.text()), number >= 0, number.isFinite else {
                throw node.error("is not a price", fix: "Write a number of 0 or more, with a point: 0.006.")
            }
            return number
        }
        return Price(
            audioMinute: try rate("audio_minute"), characterMillion: try rate("character_million"),
            promptMillion: try rate("prompt_million"), cachedMillion: try rate("cached_million"),
            completionMillion: try rate("completion_million"))
    }
}

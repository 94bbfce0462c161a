import Synchronization

/// What the engines of one call used, by engine. Engines report from any thread.
public final class UsageLedger: Sendable {
    /// The sum for one engine.
    public struct Entry: Sendable, Equatable {
        public let stage: EngineUse.Stage
        public let engine: String
        /// Whether it is work that no caller was to hear of: speculation that did not come true. It was used all the same.
        public let discarded: Bool
        public internal(set) var requests = 0
        public internal(set) var audioSeconds: Double?
        public internal(set) var characters: Int?
        public internal(set) var tokens: TokenUse?
        /// Requests of which the engine did not say how many tokens they took.
        public internal(set) var requestsWithoutTokens = 0
    }

    fileprivate struct Key: Hashable {
        let stage: EngineUse.Stage
        let engine: String
        let discarded: Bool
    }

    private let sums = Mutex<[Key: Entry]>([:])

    public init() {}

    /// A meter for one request of the session, whichever engines serve it.
    public func meter() -> UsageMeter { UsageMeter(self) }

    /// Ordered by stage, engine, and whether discarded.
    public var entries: [Entry] {
        let entries = sums.withLock { Array($0.values) }
        return entries.filter { $0.requests > 0 }.sorted { a, b in
            let stages = EngineUse.Stage.allCases
            let (first, second) = (stages.firstIndex(of: a.stage) ?? 0, stages.firstIndex(of: b.stage) ?? 0)
            return (first, a.engine, a.discarded ? 1 : 0) < (second, b.engine, b.discarded ? 1 : 0)
        }
    }

    fileprivate func add(_ use: EngineUse, discarded: Bool) { change(use, discarded, by: 1) }
    fileprivate func move(_ use: EngineUse) {
        change(use, false, by: -1)
        change(use, true, by: 1)
    }

    private func change(_ use: EngineUse, _ discarded: Bool, by sign: Int) {
        let key = Key(stage: use.stage, engine: use.engine, discarded: discarded)
        sums.withLock { sums in
            var entry = sums[key] ?? Entry(stage: use.stage, engine: use.engine, discarded: discarded)
            entry.requests += sign
            if let seconds = use.audioSeconds {
                entry.audioSeconds = (entry.audioSeconds ?? 0) + Double(sign) * seconds
            }
            if let characters = use.characters { entry.characters = (entry.characters ?? 0) + sign * characters }
            if let tokens = use.tokens {
                var sum = entry.tokens ?? TokenUse(prompt: 0, completion: 0)
                sum.prompt += sign * tokens.prompt
                sum.cached += sign * tokens.cached
                sum.completion += sign * tokens.completion
                entry.tokens = sum
            } else if use.stage == .llm {
                entry.requestsWithoutTokens += sign
            }
            sums[key] = entry
        }
    }
}

/// Counts what one request of a session used: of the engine that served it, and of those that failed before it.
public final class UsageMeter: Sendable {
    private struct State {
        var isDiscarded = false
        /// At most one an engine of the failover order.
        var uses: [EngineUse] = []
        /// Tokens reported for the request that is running.
        var tokens: [String: TokenUse] = [:]
    }

    private let ledger: UsageLedger
    private let state = Mutex(State())

    fileprivate init(_ ledger: UsageLedger) { self.ledger = ledger }

    /// An engine says how many tokens the request took, before the request's end; the last word counts.
    public func report(_ tokens: TokenUse, engine: String) { state.withLock { $0.tokens[engine] = tokens } }

    /// The request to one engine is over, however it ended.
    func record(_ use: EngineUse) {
        var use = use
        let isDiscarded = state.withLock { state in
            if use.stage == .llm { use.tokens = state.tokens.removeValue(forKey: use.engine) }
            state.uses.append(use)
            return state.isDiscarded
        }
        ledger.add(use, discarded: isDiscarded)
    }

    /// Tokens of all engines the request has gone to so far; `nil` when none has said how many.
    public var tokens: TokenUse? {
        state.withLock { state in
            var sum: TokenUse?
            for use in state.uses.compactMap(\.tokens) + Array(state.tokens.values) {
                sum = TokenUse(
                    prompt: (sum?.prompt ?? 0) + use.prompt, cached: (sum?.cached ?? 0) + use.cached,
                    completion: (sum?.completion ?? 0) + use.completion)
            }
            return sum
        }
    }

    /// What the request gave, or will give, is not used: what it cost is counted apart.
    public func discard() {
        let uses = state.withLock { state -> [EngineUse] in
            guard !state.isDiscarded else { return [] }
            state.isDiscarded = true
            return state.uses
        }
        for use in uses { ledger.move(use) }
    }
}

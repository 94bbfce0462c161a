public import TomConversation

/// A conversation in virtual time: inputs are scheduled, deadlines and playout come due by themselves, nothing waits.
///
/// It does what a session's shell does (hand over audio, keep the timer), so that what is tested here is the core alone.
public struct VirtualCall {
    public private(set) var conversation: Conversation
    public private(set) var now = Instant.start
    /// Every action, with the time it was decided at.
    public private(set) var trace: [(at: Instant, action: Conversation.Action)] = []
    /// Every input that reached the conversation: the call's journal.
    public private(set) var journal: [(at: Instant, input: Conversation.Input)] = []
    /// What is to come, latest first, so that the next is the last.
    private var agenda: [(at: Instant, order: Int, input: Conversation.Input)] = []
    private var order = 0
    /// Called for every action, to schedule what the engines make of it.
    public var onAction: (inout VirtualCall, Conversation.Action) -> Void = { _, _ in }
    /// Called after every input.
    public var onStep: (VirtualCall, Conversation.Input) -> Void = { _, _ in }

    public init(configuration: Conversation.Configuration) {
        conversation = Conversation(configuration: configuration)
    }

    public mutating func schedule(_ input: Conversation.Input, in delay: Duration = .zero) {
        order += 1
        let at = now + delay
        var low = 0
        var high = agenda.count
        while low < high {
            let middle = (low + high) / 2
            // Of two at the same moment, the one scheduled first comes first.
            if agenda[middle].at > at { low = middle + 1 } else { high = middle }
        }
        agenda.insert((at, order, input), at: low)
    }

    /// Lets the call run for `duration`.
    public mutating func run(for duration: Duration) {
        let end = now + duration
        while let next = nextMoment, next <= end { step(at: next) }
        now = end
    }

    /// Runs until nothing can happen any more, at most for `limit`.
    public mutating func runToTheEnd(limit: Duration) {
        let end = now + limit
        while conversation.termination == nil, let next = nextMoment, next <= end { step(at: next) }
    }

    /// What was emitted, in order.
    public var events: [Event] {
        trace.compactMap { if case .emit(let event) = $0.action { event } else { nil } }
    }

    private var nextMoment: Instant? {
        guard conversation.termination == nil else { return nil }
        var next = conversation.nextDeadline
        for candidate in [agenda.last?.at, conversation.nextPlayout(step: .milliseconds(200), at: now)] {
            if let candidate { next = min(next ?? candidate, candidate) }
        }
        return next.map { max($0, now) }
    }

    private mutating func step(at moment: Instant) {
        now = moment
        if let due = agenda.last, due.at <= moment {
            agenda.removeLast()
            apply(due.input)
        } else if let deadline = conversation.nextDeadline, deadline <= moment {
            apply(.deadlineReached)
        }
        if let allowance = conversation.playoutAllowance(at: now) {
            apply(.audioSent(allowance.response, samples: allowance.samples))
        }
    }

    private mutating func apply(_ input: Conversation.Input) {
        journal.append((now, input))
        let actions = conversation.handle(input, at: now)
        for action in actions {
            trace.append((now, action))
            onAction(&self, action)
        }
        onStep(self, input)
    }
}

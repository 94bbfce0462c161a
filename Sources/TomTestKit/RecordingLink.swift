public import TomConversation
public import TomSession

/// A transport that keeps what a session sends, with the time it was sent at.
public final class RecordingLink: CallLink {
    /// One frame of reply audio.
    public struct Frame: Equatable {
        public var at: Duration
        public var bytes: [UInt8]
        public var response: ResponseID
        public var seq: Int
    }

    private let now: () -> Duration
    public var isWritable = true
    public private(set) var events: [Event] = []
    public private(set) var frames: [Frame] = []
    /// Names of everything in order: `audio r1`, `flush`, `closed`, or the event's own description.
    public private(set) var order: [String] = []
    public private(set) var closes: [Termination] = []
    public private(set) var unflushed = 0
    /// Runs inside every `send`, as a transport that reacts at once would.
    public var onSend: (Event) -> Void = { _ in }

    /// - Parameter now: the time since the call began.
    public init(now: @escaping () -> Duration) { self.now = now }

    public func send(_ event: Event) {
        events.append(event)
        order.append("\(event)")
        unflushed += 1
        onSend(event)
    }

    public func sendAudio(_ frame: UnsafeRawBufferPointer, response: ResponseID, turn: TurnID, seq: Int) {
        frames.append(Frame(at: now(), bytes: Array(frame), response: response, seq: seq))
        order.append("audio \(response)")
        unflushed += 1
    }

    public func flush() {
        unflushed = 0
        order.append("flush")
    }

    public func close(_ termination: Termination) {
        closes.append(termination)
        order.append("closed")
    }

    /// The audio of one response, or of all, as it was sent.
    public func audio(of response: ResponseID? = nil) -> [UInt8] {
        frames.filter { response == nil || $0.response == response }.flatMap(\.bytes)
    }
}

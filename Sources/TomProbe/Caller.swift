import TomWire

/// One scripted call as a pure state machine: what the socket brings and a 20 ms clock go in, what is to be sent
/// comes out.
///
/// `now` is the time since the connection was begun. See ``Phase`` for the life of a call.
struct Caller: Sendable {
    /// What the caller does.
    struct Script: Sendable {
        /// Spoken in turn, from the first one again when `turns` is larger; not empty.
        var utterances: [Utterance]
        /// Turns to hold; `nil`: until `duration` is over.
        var turns: Int?
        /// No turn begins later than this.
        var duration: Duration?
        /// Silence between a reply's end and the next turn.
        var pause: Duration = .milliseconds(300)
        /// From the end of an utterance to the end of its reply.
        var replyTimeout: Duration = .seconds(20)
    }

    /// The caller's own bounds.
    enum Limits {
        /// From the connect to the `connected` event.
        static let opening = Duration.seconds(10)
        /// How long a server may take to begin a greeting before the caller begins.
        static let greetingStart = Duration.milliseconds(1_500)
        /// The longest greeting that is listened to.
        static let greeting = Duration.seconds(60)
        /// From `stop` to the close.
        static let closing = Duration.seconds(3)
        static let pingInterval = Duration.seconds(1)
        static let playbackInterval = Duration.milliseconds(100)
        /// Responses that are remembered by name.
        static let knownReplies = 64
        /// Pings awaiting their pong; older ones are forgotten.
        static let openPings = 16
    }

    enum Input: Sendable {
        /// The WebSocket is open.
        case opened
        /// A frame is due; `late` is how much the clock is behind.
        case tick(late: Duration)
        case event(ServerEvent)
        /// A binary frame of `bytes` bytes.
        case binary(bytes: Int)
        /// The connection is gone.
        case closed(code: UInt16?)
    }

    enum Action: Sendable, Equatable {
        case send(ClientEvent)
        /// Send this frame of this utterance.
        case speak(utterance: Int, frame: Int)
        case sendSilence
        /// The call is over; close the connection. Nothing follows.
        case finish
    }

    /// Where the call is.
    enum Phase: Sendable, Equatable {
        /// Waits for `connected`. Exits: `greeting`, `ended`.
        case opening(until: Duration)
        /// Sends silence while the server may greet. Exits: `pausing`, `ended`.
        case greeting(until: Duration)
        /// Sends silence between turns. Exits: `speaking`, `closing`, `ended`.
        case pausing(until: Duration)
        /// Sends an utterance from `frame` on. Exits: `listening`, `ended`.
        case speaking(frame: Int)
        /// Waits for the reply and its end. Exits: `pausing`, `ended`.
        case listening(until: Duration)
        /// Has sent `stop`. Exits: `ended`.
        case closing(until: Duration)
        /// Nothing follows.
        case ended
    }

    let script: Script
    let start: ClientEvent.Start
    var phase = Phase.opening(until: Limits.opening)
    var record = CallRecord()

    /// Format of the reply audio, as `connected` said.
    var output = WireAudioFormat.standard
    /// The responses of the current turn and what is left of those before, with their audio.
    var replies: [String: Reply] = [:]
    /// The latest responses heard of, oldest first, so that a late word on an old one is not taken for an answer.
    var known: [String] = []
    /// The response that answers the current turn, once it is known.
    var answer: String?
    /// The response whose audio the binary frames are.
    var binaryReply: String?
    /// When the last frame with speech of the current turn was sent.
    var speechEndedAt: Duration?
    /// Whether the server has said that the call is over.
    var stopReason: String?
    private var openPings: [Int: Duration] = [:]
    private var pings = 0
    private var nextPingAt = Duration.zero

    /// What is known of one response.
    struct Reply: Sendable {
        var playout: ReplyPlayout?
        /// Set by `turn_end`.
        var ended: ServerEvent.TurnStatus?
        /// Whether it began before the current turn's speech had ended.
        var isEarly = false
        var nextReportAt: Duration?
    }

    init(script: Script, start: ClientEvent.Start) {
        self.script = script
        self.start = start
    }

    /// Takes one input and says what is to be done, in order.
    mutating func handle(_ input: Input, at now: Duration) -> [Action] {
        guard phase != .ended else { return [] }
        switch input {
        case .opened: return [.send(.start(start))]
        case .tick(let late): return tick(late: late, at: now)
        case .event(let event):
            take(event, at: now)
            return advance(at: now)
        case .binary(let bytes):
            if let binaryReply { takeAudio(of: binaryReply, bytes: bytes, format: output, at: now) }
            return advance(at: now)
        case .closed(let code): return stop(code.map { "close code \($0)" } ?? "the connection was lost", at: now)
        }
    }

    /// Ends the call because it cannot go on; does nothing when it is over.
    mutating func fail(_ error: ProbeError) -> [Action] {
        guard phase != .ended else { return [] }
        finish(error)
        return [.finish]
    }

    private mutating func tick(late: Duration, at now: Duration) -> [Action] {
        var actions: [Action] = []
        switch phase {
        case .opening, .closing, .ended: break
        case .greeting, .pausing, .listening: actions.append(.sendSilence)
        case .speaking(let frame): actions.append(speak(frame, at: now))
        }
        if !actions.isEmpty {
            record.measurements.add(late.milliseconds, to: .sendLateness)
            actions += ping(at: now) + reports(at: now)
        }
        return actions + advance(at: now)
    }

    private mutating func speak(_ frame: Int, at now: Duration) -> Action {
        let index = record.turns.spoken % script.utterances.count
        let utterance = script.utterances[index]
        if frame == utterance.lastSpeechFrame { speechEndedAt = now }
        if frame + 1 < utterance.frameCount {
            phase = .speaking(frame: frame + 1)
        } else {
            record.turns.spoken += 1
            phase = .listening(until: now + script.replyTimeout)
        }
        return .speak(utterance: index, frame: frame)
    }

    private mutating func ping(at now: Duration) -> [Action] {
        guard now >= nextPingAt else { return [] }
        nextPingAt = now + Limits.pingInterval
        pings += 1
        openPings[pings] = now
        openPings[pings - Limits.openPings] = nil
        return [.send(.ping(ts: nil, id: JSONScalar(pings)))]
    }

    mutating func takePong(_ id: JSONScalar?, at now: Duration) {
        guard let number = id?.number, let id = Int(exactly: number), let sentAt = openPings.removeValue(forKey: id)
        else {
            return
        }
        record.measurements.add((now - sentAt).milliseconds, to: .roundTrip)
    }

    /// Ends the call's record: `nil` for a script that was held to its end.
    mutating func finish(_ failure: ProbeError?) {
        let settled = record.turns.answered + record.turns.unanswered
        record.turns.unanswered += max(0, record.turns.spoken - settled)
        record.failure = failure
        phase = .ended
    }
}

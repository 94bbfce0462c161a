import NIOCore
import TomAudio
import TomConversation
import TomEngines

/// The client's side of a call that it leads.
struct ClientSide {
    var settings: ClientSettings
    /// What responses were asked for with, until they are over.
    var requested: [ResponseRequestID: RequestedResponse] = [:]
    /// What the response that is being given was asked for with; `nil` for one that nobody asked for.
    var current: (response: ResponseID, request: ResponseRequestID?)?
    /// Of the response that is being given, or was given last.
    var meters: (response: ResponseID, meters: [UsageMeter])?
    var retained = RetainedAudio()
    /// By TOM's items, whose audio is retained under their responses.
    var responses: [ItemID: ResponseID] = [:]
    /// The call's output format, while a response is given in another.
    var usualOutput: AudioFormat?
    var servers = ClientToolServers()
}

extension Session: ClientLedSession {
    nonisolated func receive(_ request: ClientRequest) throws {
        try assumeIsolated { session in
            switch request {
            case .configure(let settings): try session.configure(settings)
            case .input(let input):
                if input == .commit { session.hearHeldAudio() }
                if input == .commit || input == .clearAudio { session.callerAudio.dropHalf() }
                session.process(input)
            case .respond(let id, let response): session.respond(id, response)
            case .hear(let audio): session.hearTurn(audio)
            }
        }
    }

    nonisolated var items: [Item] { assumeIsolated { $0.conversation.history } }

    nonisolated func item(_ id: ItemID) -> Item? {
        assumeIsolated { $0.conversation.history.first { $0.id == id } }
    }

    nonisolated func audio(of item: ItemID) -> [UInt8]? { assumeIsolated { $0.retainedAudio(of: item) } }

    nonisolated func tokens(of response: ResponseID) -> TokenUse? {
        assumeIsolated { session in
            guard let known = session.client?.meters, known.response == response else { return nil }
            return known.meters.compactMap(\.tokens).reduce(nil) { sum, use in sum.map { $0 + use } ?? use }
        }
    }

    nonisolated var inputMs: Int { assumeIsolated { $0.position(ofMs: $0.activity.heardMs) } }

    // MARK: Settings

    private func configure(_ settings: ClientSettings) throws {
        guard client != nil else { return }
        if settings.input != options.input {
            callerAudio = try CallerAudio(format: settings.input)
            options.input = settings.input
        }
        if settings.noiseReduction != client?.settings.noiseReduction {
            noise = nil
            if let strength = settings.noiseReduction { noise = NoiseReduction(strength) }
        }
        if client?.usualOutput == nil { setOutput(settings.output) } else { client?.usualOutput = settings.output }
        let wasManual = options.manualTurns
        options.manualTurns = settings.turnEnd == .client
        client?.settings = settings
        activity.adjust(to: settings.turnEnd, usual: configuration)
        process(
            .configured(
                Self.conversationConfiguration(
                    options: options, profile: profile, engines: engines, configuration: configuration,
                    settings: settings)))
        if wasManual, !options.manualTurns { openDetection() }
        if !wasManual, options.manualTurns { endDetection() }
        open(settings.response.servers ?? [])
    }

    private func setOutput(_ format: AudioFormat) {
        guard format != options.output else { return }
        options.output = format
        playout = PlayoutQueue(format: format, maxFrames: Self.framesInOne)
    }

    /// What a client leads it plays when it likes: audio goes out in pieces of up to 100 ms, which cost a fifth of
    /// frames of 20 ms.
    static let framesInOne = 5

    private func hearTurn(_ audio: [UInt8]) {
        // While the caller's own turn is heard this is refused, and the audio is nobody's.
        guard listening == nil else { return process(.givenAudioStarted) }
        // What came before it is of another turn.
        preRoll.clear()
        process(.givenAudioStarted)
        guard listening != nil else { return }
        var heard = 0
        if var decoder = try? CallerAudio(format: options.input) {
            audio.withUnsafeBytes { bytes in
                decoder.decode(bytes) { samples in
                    heard = samples.count
                    take(samples)
                }
            }
        }
        process(.givenAudioEnded(ms: heard / 16))
    }

    // MARK: Responses

    private func respond(_ id: ResponseRequestID, _ response: RequestedResponse) {
        client?.requested[id] = response
        open(response.servers ?? [])
        if awaitsTools(id, response) { return }
        begin(id, response)
    }

    /// Asks the conversation for a response whose tools are known.
    func begin(_ id: ResponseRequestID, _ response: RequestedResponse) {
        if let output = response.output, output != options.output, conversation.mayRespond {
            client?.usualOutput = options.output
            setOutput(output)
            reconfigureOutput()
        }
        process(.respond(id, speaks: response.speaks))
    }

    private func reconfigureOutput() {
        var next = conversation.configuration
        next.outputSamplesPerSecond = options.output.sampleRate.hertz
        process(.configured(next))
    }

    /// What a response is to be like; the call's settings where nobody asked for it.
    func requested(_ response: ResponseID) -> RequestedResponse? {
        guard let client else { return nil }
        let request = conversation.request(of: response)
        return client.settings.response.overlaid(by: request.flatMap { client.requested[$0] })
    }

    func keep(_ meter: UsageMeter, of response: ResponseID) {
        guard client != nil else { return }
        if client?.meters?.response == response {
            client?.meters?.meters.append(meter)
        } else {
            client?.meters = (response, [meter])
        }
    }

    // MARK: Following what happens

    func follow(_ event: Event) {
        guard client != nil else { return }
        switch event {
        case .responseBegan(let response, _, let request): client?.current = (response, request)
        case .itemAdded(let item, _, let response?):
            if case .reply = item.content { client?.responses[item.id] = response }
        case .itemTruncated(let item, let audioMs):
            if let response = client?.responses[item] { client?.retained.cut(.response(response), toMs: audioMs) }
        case .itemDeleted(let item):
            if let response = client?.responses.removeValue(forKey: item) {
                client?.retained.discard(.response(response))
            }
        case .refused(.responseIsActive): forgetRefusedRequest()
        case .responseEnded: responseIsOver()
        default: break
        }
    }

    private func responseIsOver() {
        if let request = client?.current?.request { client?.requested[request] = nil }
        client?.current = nil
        guard let usual = client?.usualOutput else { return }
        client?.usualOutput = nil
        setOutput(usual)
        reconfigureOutput()
    }

    private func forgetRefusedRequest() {
        guard let latest = client?.requested.keys.max(by: { $0.number < $1.number }) else { return }
        client?.requested[latest] = nil
    }

    // MARK: Audio

    private func retainedAudio(of id: ItemID) -> [UInt8]? {
        guard let client, let item = conversation.history.first(where: { $0.id == id }) else { return nil }
        switch item.content {
        case .speech:
            guard let kept = client.retained.audio(of: .turn(item.turn)) else { return nil }
            return CallerAudio.encoded(kept.bytes, as: options.input)
        case .reply: return client.responses[id].flatMap { client.retained.audio(of: .response($0))?.bytes }
        default: return nil
        }
    }
}

extension TokenUse {
    fileprivate static func + (a: TokenUse, b: TokenUse) -> TokenUse {
        TokenUse(prompt: a.prompt + b.prompt, cached: a.cached + b.cached, completion: a.completion + b.completion)
    }
}

import Logging
import NIOPosix
import TomRealtime
import TomSession

extension TomServer {
    func makeAPI(_ access: AccessPolicy, _ group: MultiThreadedEventLoopGroup) async -> APIRoutes {
        let gate = APIGate(access: access, metrics: metrics)
        let realtime = RealtimeRoutes(
            configuration: configuration, access: access, registry: registry, factory: factory, metrics: metrics,
            openRealtime: openRealtime)
        let models = ModelsRoute(
            gate: gate, agents: factory.agentIDs, servesRealtime: openRealtime != nil, speech: speech,
            started: Int(Clocks.unixSeconds()))
        guard let speech else { return APIRoutes(realtime: realtime, models: models) }
        var encoder: SpeechEncoder?
        if let path = configuration.encoderPath {
            encoder = await SpeechEncoder(executable: path, on: group.any())
            let formats = encoder?.formats.map(\.rawValue).sorted().joined(separator: " ") ?? "none"
            logger.info("speech can be encoded", metadata: ["formats": "\(formats)"])
        }
        let audio = AudioRoutes(
            gate: gate, registry: registry, service: speech, slots: AudioSlots(limit: configuration.maxAudioRequests),
            encoder: encoder, timeout: configuration.http.audioTimeout)
        return APIRoutes(realtime: realtime, models: models, audio: audio)
    }

    /// What serves sessions of the Realtime API; `nil` where the factory makes none.
    private var openRealtime: RealtimeRoutes.OpenRealtime? {
        guard let factory = factory as? any ClientLedSessionFactory else { return nil }
        let surroundings = RealtimeCall.Surroundings(
            factory: factory, limits: configuration.call, rates: configuration.rates,
            maxMessageBytes: configuration.realtimeMaxMessageBytes, metrics: metrics, logger: logger)
        return { admission, live in RealtimeCall(surroundings, live: live, admission: admission) }
    }
}

import Hummingbird

/// The paths of OpenAI's API.
struct APIRoutes: Sendable {
    let realtime: RealtimeRoutes
    let models: ModelsRoute
    /// `nil`: nothing is spoken or written down without a call.
    var audio: AudioRoutes?

    func add(to router: Router<ServerRequestContext>) {
        realtime.add(to: router)
        models.add(to: router)
        audio?.add(to: router)
    }
}

import Logging

/// What every call of a server shares.
///
/// - Parameter Factory: what makes the calls' sessions.
struct CallSurroundings<Factory: Sendable>: Sendable {
    var factory: Factory
    var limits: ServerConfiguration.CallLimits
    var rates: ServerConfiguration.Rates
    var maxMessageBytes: Int
    var metrics: ServerMetrics
    var logger: Logger
}

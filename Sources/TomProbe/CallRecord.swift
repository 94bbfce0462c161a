import TomWire

/// What one call brought.
struct CallRecord: Sendable {
    var isConnected = false
    var measurements = Measurements()
    var turns = TurnCounts()
    /// The engines' names, as `connected` said.
    var engines: ServerEvent.Engines?
    /// The final transcripts, in order.
    var transcripts: [String] = []
    /// Codes of the notices and errors that did not end the call.
    var notices: [String] = []
    /// Why the script was not held to its end; `nil` when it was.
    var failure: ProbeError?
}

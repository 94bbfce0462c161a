/// The names of all events that are read and written over a WebSocket, as data: what documents and tests are checked
/// against. The decoder and the encoder know no others.
public enum RealtimeCatalog {
    /// Client to server.
    public static func clientEvents(in dialect: RealtimeDialect) -> [String] {
        RealtimeClientEvent.Name.allCases.filter { $0.isKnown(in: dialect) }.map(\.rawValue)
    }

    /// Server to client.
    public static func serverEvents(in dialect: RealtimeDialect) -> [String] {
        RealtimeServerEvent.Name.allCases.filter { $0.isSent(in: dialect) }.map { $0.spelling(in: dialect) }
    }
}

/// The protocol's fixed names.
public enum TomProtocol {
    /// The WebSocket subprotocol, echoed when offered, and `connected.protocol`.
    public static let name = "tom.v1"
    /// What a subprotocol that carries a token begins with; it is never echoed.
    public static let bearerPrefix = "bearer."
}

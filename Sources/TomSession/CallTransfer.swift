/// A transport's ability to hand a call to somebody else (SIP REFER, a carrier's API).
public protocol CallTransfer: Sendable {
    /// Asks for the transfer. Never blocks; delivers once, from any thread, whether the other side has taken the call.
    /// - Parameter address: as the agent file has it: `sip:sales@example.org`, `+4930123`.
    func transfer(to address: String, deliver: @escaping @Sendable (Bool) -> Void)
}

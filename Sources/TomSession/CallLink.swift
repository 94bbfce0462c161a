public import TomConversation

/// The transport's side of a call: where a session sends what the caller is to see and hear.
///
/// A session calls it on the call's event loop only. Implementations write in their own wire format and never block.
public protocol CallLink: AnyObject {
    /// Queues an event behind everything sent before.
    func send(_ event: Event)
    /// Queues one frame of reply audio, already in the call's output format. `seq` counts from 0 within the response.
    /// The bytes are valid during the call only.
    func sendAudio(_ frame: UnsafeRawBufferPointer, response: ResponseID, turn: TurnID, seq: Int)
    /// Hands what is queued to the network; called once after each batch.
    func flush()
    /// Whether the peer takes data as fast as it is written (`Channel.isWritable`); the playout waits while it does not.
    var isWritable: Bool { get }
    /// Hands the call to somebody else; `nil` where the transport cannot, as by default.
    var transfer: (any CallTransfer)? { get }
    /// Closes the transport; the session has sent its last event.
    func close(_ termination: Termination)
}

extension CallLink {
    public var transfer: (any CallTransfer)? { nil }
}

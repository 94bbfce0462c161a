import TomConversation
import TomEngines

/// The built-in tool `transfer_call`. It says what became of the transfer, and never that a call is on its way which is not.
struct TransferCall: Sendable {
    let targets: [Agent.TransferTarget]

    func run(
        _ call: ToolCall, with transfer: (any CallTransfer)?, deliver: @escaping @Sendable (ToolResult) -> Void
    ) {
        guard let name = call.arguments["target"]?.text, let target = targets.first(where: { $0.name == name }) else {
            let names = targets.map(\.name).joined(separator: ", ")
            return deliver(ToolResult("The arguments do not fit: 'target' is none of \(names).", .invalid))
        }
        guard let transfer else { return deliver(ToolResult("This call cannot be transferred.", .failed)) }
        transfer.transfer(to: target.address) { isTaken in
            deliver(isTaken ? ToolResult("The call is transferred.", .ok) : ToolResult("The transfer failed.", .failed))
        }
    }
}

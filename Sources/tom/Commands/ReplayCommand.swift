import ArgumentParser
import TomConversation
import TomSession

/// `tom replay`: runs a call's journal through the conversation core again.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run a recorded call through the conversation core and print what it decides.",
        usage: """
            tom replay journals/call-abc-1700000000000.jsonl
            tom replay --json call.jsonl | jq -r .action
            """,
        discussion: """
            `tom serve --journal DIR` writes one journal per call. The same journal gives the same actions every time, so a
            fault met in the field can be looked at, and kept as a test. A journal holds what was said.
            """)

    @Argument(help: "A journal written by tom serve --journal.")
    var file: String

    @Flag(help: "One JSON object a line: t_ms, input or action.")
    var json = false

    func run() throws {
        let replay = try JournalReplay(contentsOf: file)
        Terminal.say("call \(replay.callID)\n")
        replay.run { at, input, actions in
            let ms = Double(at.nanoseconds / 1_000) / 1_000
            write(ms, "input", "\(input)")
            for action in actions { write(ms, "action", "\(action)") }
        }
    }

    private func write(_ ms: Double, _ kind: String, _ text: String) {
        guard json else { return Terminal.write("\(ms) ms  \(kind == "input" ? "" : "    -> ")\(text)\n") }
        let line = ReplayLine(ms: ms, input: kind == "input" ? text : nil, action: kind == "action" ? text : nil)
        if let encoded = try? ScriptOutput.line(line) { Terminal.write(encoded) }
    }

    private struct ReplayLine: Encodable {
        let ms: Double
        let input: String?
        let action: String?

        enum CodingKeys: String, CodingKey {
            case ms = "t_ms"
            case input, action
        }
    }
}

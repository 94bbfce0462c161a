import Foundation
import Testing
import TomConversation
import TomRealtime

/// `docs/realtime.md` has every event and every member of a session, and tells of each what the code does.
@Suite struct CompatibilityTableTests {
    private static let document = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/realtime.md")

    /// A row of a table: what its first two cells name in code, and the words of the second and third.
    private struct Row {
        let names: [String]
        let others: [String]
        let state: String
        let note: String
    }

    @Test func clientEventsAreThoseOfTheDecoder() throws {
        let rows = try Self.rows(under: "Client events")
        let known = RealtimeCatalog.clientEvents(in: .ga)
        #expect(rows.flatMap(\.names).sorted() == known.sorted())
        #expect(rows.allSatisfy { ["yes", "no"].contains($0.state) })
        #expect(rows.filter { $0.state == "no" }.allSatisfy { !$0.note.isEmpty })
    }

    /// What the table says TOM does not do is refused with words of its own, and everything else is not.
    @Test func clientEventsAreCarriedOutAsTheTableSays() throws {
        let minimal: [String: JSONValue] = [
            "session.update": ["session": [:]], "input_audio_buffer.append": ["audio": "AAAA"],
            "conversation.item.create": [
                "item": ["type": "message", "role": "user", "content": [["type": "input_text", "text": "Hello"]]]
            ],
            "conversation.item.retrieve": ["item_id": "none"], "conversation.item.delete": ["item_id": "none"],
            "conversation.item.truncate": ["item_id": "none", "content_index": 0, "audio_end_ms": 1],
        ]
        for row in try Self.rows(under: "Client events") {
            let name = try #require(row.names.first)
            var members = minimal[name]?.fields ?? [:]
            members["type"] = .string(name)
            var dialogue = RealtimeDialogue(session: plainSession, dialect: .ga, seed: "s")
            let text = written { $0.value(.object(members)) }
            var isUnsupported = false
            for case .tell(.error(let fault)) in dialogue.receive(try Decoded(text).event, eventID: nil) {
                isUnsupported = fault.code == "unsupported_event"
            }
            #expect(isUnsupported == (row.state == "no"), "\(name)")
        }
    }

    @Test func serverEventsAreThoseOfTheEncoder() throws {
        let rows = try Self.rows(under: "Server events")
        let ga = Set(RealtimeCatalog.serverEvents(in: .ga))
        let beta = Set(RealtimeCatalog.serverEvents(in: .beta))
        for row in rows {
            for name in row.names {
                let states = ga.contains(name) ? ["yes", "never"] : beta.contains(name) ? ["beta"] : ["no"]
                #expect(states.contains(row.state), "\(name)")
            }
            #expect(row.state == "yes" || !row.note.isEmpty, "\(row.names): why not?")
        }
        let named = rows.flatMap(\.names)
        #expect(named.count == Set(named).count)
        #expect(ga.subtracting(named).isEmpty, "not in the table")
    }

    @Test func theBetasNamesAreThoseOfTheEncoder() throws {
        let rows = try Self.rows(under: "The beta's names")
        let ga = Set(RealtimeCatalog.serverEvents(in: .ga) + RealtimeCatalog.clientEvents(in: .ga))
        let beta = Set(RealtimeCatalog.serverEvents(in: .beta) + RealtimeCatalog.clientEvents(in: .beta))
        // The one event that the beta adds has no name in the GA API.
        #expect(Set(rows.flatMap(\.others)) == beta.subtracting(ga).subtracting(["conversation.created"]))
        let renamed = rows.filter { $0.names.first != "session.update" }.flatMap(\.names)
        #expect(Set(renamed) == ga.subtracting(beta))
    }

    // MARK: The session

    /// Every setting, by the way a client takes.
    private static let settings = """
        {"type":"realtime","output_modalities":["text"],"instructions":"Be brief.","tools":[],"tool_choice":"none",
        "parallel_tool_calls":true,"max_output_tokens":64,"reasoning":{"effort":"low"},"truncation":"disabled",
        "tracing":"auto","prompt":{"id":"p"},"include":[],"model":"receptionist",
        "audio":{"input":{"format":{"type":"audio/pcmu"},"noise_reduction":{"type":"near_field","strength":1},
        "transcription":{"model":"m","language":"en","prompt":"p","languages":["en"],"keywords":["k"],"delay":"low"},
        "turn_detection":TURNS},"output":{"format":{"type":"audio/pcma"},"voice":"alloy","speed":1.2}}}
        """
    private static let serverVAD = """
        {"type":"server_vad","threshold":0.4,"prefix_padding_ms":100,"silence_duration_ms":300,"idle_timeout_ms":6000,
        "create_response":false,"interrupt_response":false}
        """
    private static let semanticVAD = """
        {"type":"semantic_vad","eagerness":"low","create_response":false,"interrupt_response":false}
        """

    @Test func membersAreThoseOfTheSession() throws {
        let named = try Self.rows(under: "The session").flatMap(\.names)
        #expect(named.count == Set(named).count)
        var taken: Set<String> = []
        var shown: Set<String> = []
        for turns in [Self.serverVAD, Self.semanticVAD] {
            let patch = Self.settings.replacing("TURNS", with: turns)
            taken.formUnion(Self.paths(try json(patch)))
            shown.formUnion(Self.paths(try json(try plainSession.updated(patch).text())))
        }
        #expect(Set(named) == shown)
        #expect(taken == shown.subtracting(["object", "id", "expires_at"]))
    }

    /// Members of the session and below `audio`, dotted. What is within a format, a tool and the like is left to the API.
    private static func paths(_ value: JSONValue, at path: String = "") -> Set<String> {
        let opened = ["", "audio", "audio.input", "audio.output"]
        let last = path.split(separator: ".").last.map(String.init) ?? ""
        let isOpen = opened.contains(path) || ["transcription", "turn_detection", "noise_reduction"].contains(last)
        guard isOpen, let fields = value.fields else { return [path] }
        return fields.reduce(into: []) { paths, field in
            paths.formUnion(Self.paths(field.value, at: path.isEmpty ? field.key : "\(path).\(field.key)"))
        }
    }

    // MARK: Reading the document

    /// The rows of the table below a heading, without its head.
    private static func rows(under heading: String) throws -> [Row] {
        let text = try String(contentsOf: document, encoding: .utf8)
        let section = try #require(
            text.components(separatedBy: "\n### \(heading)\n").dropFirst().first?.components(separatedBy: "\n#").first)
        let lines = section.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2)
        #expect(!lines.isEmpty)
        return lines.map { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return Row(
                names: code(cells[0]), others: code(cells[1]), state: cells[1], note: cells.count > 2 ? cells[2] : "")
        }
    }

    /// What stands between backquotes.
    private static func code(_ cell: String) -> [String] {
        cell.matches(of: /`([^`]+)`/).map { String($0.output.1) }
    }
}

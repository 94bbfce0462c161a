import Testing
import TomConversation
import TomEngines

@testable import TomProviders

/// Tool calls as servers send them that do not number them, or name them twice.
@Suite("Tool calls of chat completions")
struct ChatToolCallTests {
    private func events(
        _ pieces: [String], offered: [ToolDescription] = [.named("find"), .named("look_up")]
    ) throws -> [ResponseEvent] {
        var stream = ChatStream(goodbye: "Goodbye.", offered: offered)
        var made = 0
        for piece in pieces + [#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#] {
            _ = try stream.take(Array(piece.utf8))
        }
        return try stream.finish {
            made += 1
            return "made\(made)"
        }
    }

    /// A chunk with one piece of a call.
    private func piece(index: Int?, id: String?, name: String?, _ arguments: String) -> String {
        let index = index.map { #""index":\#($0),"# } ?? ""
        let id = id.map { #""id":"\#($0)","# } ?? ""
        let name = name.map { #""name":"\#($0)","# } ?? ""
        let text = arguments.replacing("\"", with: "\\\"")
        return
            #"{"choices":[{"delta":{"tool_calls":[{\#(index)\#(id)"function":{\#(name)"arguments":"\#(text)"}}]}}]}"#
    }

    private func call(_ id: String, _ name: String, _ arguments: [String: JSONValue]) -> ResponseEvent {
        .toolCall(ToolCall(id: id, name: name, arguments: arguments))
    }

    @Test(arguments: [0, nil]) func callsOneAfterTheOtherUnderOneIndexAreNotMerged(index: Int?) throws {
        let got = try events([
            piece(index: index, id: "a", name: "find", #"{"n":1}"#),
            piece(index: index, id: "b", name: "find", #"{"n":2}"#),
            piece(index: index, id: "c", name: "look_up", ""),
        ])
        #expect(
            got == [call("a", "find", ["n": 1]), call("b", "find", ["n": 2]), call("c", "look_up", [:]), .finished])
    }

    @Test(arguments: [0, nil]) func callsUnderOneIndexMayComeInPieces(index: Int?) throws {
        let got = try events([
            piece(index: index, id: "a", name: "find", ""), piece(index: index, id: nil, name: nil, #"{"n":"#),
            piece(index: index, id: "a", name: nil, "1}"), piece(index: index, id: "b", name: "find", #"{"n""#),
            piece(index: index, id: "", name: nil, ":2}"),
        ])
        #expect(got == [call("a", "find", ["n": 1]), call("b", "find", ["n": 2]), .finished])
    }

    @Test func callsWithoutIdAndIndexAreToldApartByTheirArguments() throws {
        let got = try events([
            piece(index: nil, id: nil, name: "find", #"{"n":1}"#),
            piece(index: nil, id: nil, name: "find", #"{"n":2}"#),
        ])
        #expect(got == [call("made1", "find", ["n": 1]), call("made2", "find", ["n": 2]), .finished])
    }

    @Test func whatWasNotOfferedIsNotDone() throws {
        let calls = ["end_call", "take_message", "find"].map { piece(index: nil, id: $0, name: $0, "{}") }
        let madeUp = ["end_call", "take_message"].map {
            ResponseEvent.toolCall(ToolCall(id: $0, name: $0, arguments: [:], isOffered: false))
        }
        #expect(try events(calls) == madeUp + [call("find", "find", [:]), .finished])
        #expect(
            try events(calls, offered: [.endCall, .takeMessage, .named("find")]) == [
                .endsCall, .text("Goodbye."), call("take_message", "take_message", [:]), call("find", "find", [:]),
                .finished,
            ])
    }

    @Test func callsOfOneNameGetNamesOfTheirOwn() throws {
        let got = try events([
            piece(index: 0, id: "x", name: "find", #"{"n":1}"#), piece(index: 1, id: "x", name: "find", #"{"n":2}"#),
            piece(index: 2, id: "x", name: "find", #"{"n":1}"#),
        ])
        #expect(got.count == 4 && got[0] == call("x", "find", ["n": 1]) && got[1] == call("made1", "find", ["n": 2]))
    }

    @Test func anIdThatChangesWithinACallBeginsNone() throws {
        let got = try events([
            piece(index: 0, id: "a", name: "find", #"{"n":"#), piece(index: 0, id: "b", name: nil, "1}"),
        ])
        #expect(got == [call("b", "find", ["n": 1]), .finished])
    }
}

extension ToolDescription {
    /// A tool of which only the name matters.
    static func named(_ name: String) -> ToolDescription {
        ToolDescription(name: name, description: "", parameters: [:])
    }
}

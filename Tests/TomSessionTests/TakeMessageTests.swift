import CoreMetrics
import Foundation
import Logging
import NIOCore
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomStore
import TomTestKit

@testable import TomSession

/// The message tool with a store on a disk, and what callers are told when it fails.
@Suite("Taking messages")
struct TakeMessageTests {
    private let directory = NSTemporaryDirectory() + "tom-messages-\(UUID().uuidString)"
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func recordings(_ turns: [TurnID: [Int16]]) -> Recordings {
        var recordings = Recordings()
        for (turn, samples) in turns.sorted(by: { $0.key < $1.key }) {
            recordings.begin(turn, preRoll: samples)
            recordings.end(turn)
        }
        return recordings
    }

    /// Runs the tool and waits for its one output.
    private func run(
        _ tool: TakeMessage, _ arguments: [String: JSONValue], name: String = "take_message",
        recordings: Recordings = Recordings()
    ) async -> ToolOutput {
        await withCheckedContinuation { continuation in
            Toolbox(messages: tool, agents: [:], metrics: NOOPMetricsHandler.instance, logger: logger).run(
                ToolCall(id: "c1", name: name, arguments: arguments),
                in: ToolContext(callID: "call-7", agentID: "receptionist", recordings: recordings)
            ) { continuation.resume(returning: $0) }
        }
    }

    @Test func aMessageIsKeptWithTheCallersVoice() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try MessageStore(directory: directory)
        let tool = TakeMessage(store: store, now: { Date(timeIntervalSince1970: 1_700_000_000.5) }, logger: logger)
        let name = ramp(16_000)
        let concern = ramp(40_000)
        let output = await run(
            tool, ["number": 5_550_199, "name_turn": "t2", "concern_turn": "t3 t9", "confirmed": "no"],
            recordings: recordings([TurnID(2): name, TurnID(3): concern]))
        #expect(output == ToolOutput(callID: "c1", succeeded: true, output: "The message is saved."))
        let message = try #require(try store.list(limit: 10).first)
        #expect(message.callID == "call-7" && message.agent == "receptionist" && message.number == "5550199")
        #expect(message.name == nil && !message.confirmed)
        #expect(message.time.hasPrefix("2023-11-14T22:13:20.5"))
        #expect(message.recordings.map(\.part) == ["name", "concern"])
        #expect(message.recordings.map(\.durationMs) == [1_000, 2_500])
        let path = try #require(store.path(ofRecording: message.recordings[1].file))
        let audio = try WAV.read([UInt8](Data(contentsOf: URL(filePath: path))))
        #expect(audio.samples == concern)
    }

    @Test func aFailingStoreIsAdmitted() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try MessageStore(directory: directory)
        let tool = TakeMessage(store: store, logger: logger)
        #expect(await run(tool, ["concern": "one"]).succeeded)
        let tooLong = await run(tool, ["concern": .string(String(repeating: "x", count: MessageDraft.maxLineBytes))])
        #expect(tooLong == ToolOutput(callID: "c1", succeeded: false, output: "The message could not be saved."))
        #expect(try store.list(limit: 10).map(\.concern) == ["one"])
    }

    @Test func aMessageWhoseRecordingIsGoneIsNotCalledSaved() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try MessageStore(directory: directory)
        let tool = TakeMessage(store: store, logger: logger)
        let output = await run(tool, ["number": "1", "concern_turn": "t4"])
        #expect(!output.succeeded)
        #expect(try store.list(limit: 10).isEmpty)
    }

    @Test func anotherToolIsUnknown() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let tool = TakeMessage(store: try MessageStore(directory: directory), logger: logger)
        #expect(await run(tool, [:], name: "transfer").succeeded == false)
    }
}

import CoreMetrics
import Foundation
import Logging
import MetricsTestKit
import NIOCore
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomTestKit

@testable import TomSession

@Suite("Journal")
struct JournalTests {
    private func temporaryDirectory() -> String {
        NSTemporaryDirectory() + "tom-journal-\(UUID().uuidString)"
    }

    private func keptJournal(of call: SessionCall) -> Journal? {
        (call.session as? Session)?.assumeIsolated { $0.journal }
    }

    /// The only file in `directory`.
    private func file(in directory: String) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        try #require(names.count == 1)
        return directory + "/" + names[0]
    }

    @Test func aCallReplaysToTheSameActions() throws {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var lines: [String] = []
        do {
            let call = try SessionCall(
                transcriber: ScriptedTranscriber.hearing("hello there"),
                model: ScriptedLanguageModel.saying("One. Two."),
                synthesizer: ScriptedSynthesizer.making(ramp(16_000)), greeting: "Hi.", callID: "a.b:c"
            ) { $0.journalDirectory = directory }
            call.wait(1_500)
            call.speak(700)
            call.stayQuiet(1_000)
            call.speak(700)
            call.stayQuiet(4_000)
            call.receive(.text("typed"))
            call.receive(.bargeIn(playedMs: nil))
            let journal = try #require(keptJournal(of: call))
            call.hangUp()
            journal.drain()
            lines = call.link.events.map { "\($0)" }
        }
        let path = try file(in: directory)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let replay = try JournalReplay(contentsOf: path)
        #expect(replay.callID == "a.b:c")
        var replayed: [String] = []
        replay.run { _, _, actions in
            for case .emit(let event) in actions { replayed.append("\(event)") }
        }
        // The start of audio is the session's own word, not the core's.
        #expect(replayed == lines.filter { !$0.hasPrefix("responseAudioStarted") })
        var again: [String] = []
        replay.run { at, input, actions in again.append("\(at) \(input) \(actions)") }
        var third: [String] = []
        replay.run { at, input, actions in third.append("\(at) \(input) \(actions)") }
        #expect(again == third && !again.isEmpty)
    }

    @Test func aTornLastLineIsLeftOutAndABadOneIsNamed() throws {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            let call = try SessionCall(synthesizer: ScriptedSynthesizer.making(ramp(800)), greeting: "Hi.") {
                $0.journalDirectory = directory
            }
            call.wait(1_000)
            let journal = try #require(keptJournal(of: call))
            call.hangUp()
            journal.drain()
        }
        let path = try file(in: directory)
        let whole = try Data(contentsOf: URL(filePath: path))
        try (whole + Data(#"{"t":12,"inp"#.utf8)).write(to: URL(filePath: path))
        var inputs = 0
        try JournalReplay(contentsOf: path).run { _, _, _ in inputs += 1 }
        #expect(inputs == whole.count { $0 == 10 } - 1)
        try (whole + Data("nonsense\n".utf8)).write(to: URL(filePath: path))
        let error = #expect(throws: SessionError.self) { try JournalReplay(contentsOf: path) }
        #expect(error?.code == "session.journal_unreadable")
        #expect(error?.message.contains("line \(inputs + 2)") == true)
        #expect(throws: SessionError.self) { try JournalReplay(contentsOf: path + ".missing") }
        try #"{"journal":1,"call":"c","configuration":{}}"#.write(toFile: path, atomically: true, encoding: .utf8)
        let older = #expect(throws: SessionError.self) { try JournalReplay(contentsOf: path) }
        #expect(older?.message.contains("of version 1, written by another TOM; this one reads 2") == true)
    }

    @Test func aDirectoryThatCannotBeWrittenIsNamedAtTheStartAndCostsNoCall() throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        var configuration = SessionConfiguration()
        configuration.journalDirectory = "/proc/tom-journal"
        let factory = SessionFactory(
            profiles: [.test(CallEngines(transcriber: nil, languageModel: nil, synthesizer: nil))],
            defaultAgent: "test", configuration: configuration, tools: StubTools(), logger: logger)
        let error = #expect(throws: SessionError.self) { try factory.checkJournals() }
        #expect(error == .journal(directory: "/proc/tom-journal"))
        let call = try SessionCall(synthesizer: ScriptedSynthesizer.making(ramp(800)), greeting: "Hi.") {
            $0.journalDirectory = "/proc/tom-journal"
        }
        call.wait(1_000)
        #expect(call.turnEnds == [.completed])
    }

    @Test func aDiskThatFailsEndsTheJournalOnceAndNotTheCall() throws {
        let lines = ScriptedTasks<String>()
        let logger = Logger(label: "test") { _ in LineHandler(lines: lines) }
        let metrics = TestMetrics()
        let journal = try Journal(
            file: #require(FileHandle(forWritingAtPath: "/dev/full")),
            dropped: Counter(label: "dropped", factory: metrics),
            logger: logger)
        for _ in 0..<5 { journal.record(.typed("secret"), at: .start) }
        journal.drain()
        #expect(lines.count == 1)
        #expect(try metrics.expectCounter("dropped").totalValue == 1)
        #expect(!lines[0].contains("secret"))
    }
}

private struct LineHandler: LogHandler {
    let lines: ScriptedTasks<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { lines.append("\(event.message) \(event.metadata ?? [:])") }
}

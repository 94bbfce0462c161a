import Foundation
import Testing

@testable import TomStore

/// The file of ended calls: whole lines, whatever happened to it.
@Suite("Log of calls")
struct CallLogTests {
    private let directory = NSTemporaryDirectory() + "tom-calls-\(UUID().uuidString)"
    private var path: String { directory + "/calls.jsonl" }

    init() throws { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }

    private func clean() { try? FileManager.default.removeItem(atPath: directory) }
    private func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func linesAreAppendedAndFoundLatestFirst() throws {
        defer { clean() }
        let log = try CallLog(path: path)
        for number in 0..<2_000 { try log.append(Data(#"{"id":"c\#(number % 1_000)","n":\#(number)}"#.utf8)) }
        let found = try log.last { line in
            let text = String(decoding: line, as: UTF8.self)
            return text.contains("\"c7\"") ? text : nil
        }
        #expect(found == #"{"id":"c7","n":1007}"#)
        #expect(try log.last { $0.isEmpty ? true : nil } == nil)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func aTornLineIsCutOffAndAWholeOneCompleted() throws {
        defer { clean() }
        try Data("{\"a\":1}\n{\"b\":".utf8).write(to: URL(filePath: path))
        try CallLog(path: path).append(Data("{}".utf8))
        #expect(try text() == "{\"a\":1}\n{}\n")
        try Data("{\"a\":1}\n{\"b\":2}".utf8).write(to: URL(filePath: path))
        try CallLog(path: path).append(Data("{}".utf8))
        #expect(try text() == "{\"a\":1}\n{\"b\":2}\n{}\n")
    }

    @Test func aFileMovedAwayIsMadeAnew() throws {
        defer { clean() }
        let log = try CallLog(path: path)
        try log.append(Data("{\"a\":1}".utf8))
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        try log.append(Data("{\"a\":2}".utf8))
        #expect(try text() == "{\"a\":2}\n")
    }

    @Test func whatCannotBeWrittenIsAnError() throws {
        defer { clean() }
        #expect(throws: StoreError.self) { try CallLog(path: directory + "/none/calls.jsonl") }
        let log = try CallLog(path: path)
        #expect(throws: StoreError.self) { try log.append(Data(repeating: 0x61, count: CallLog.maxLineBytes)) }
        #expect(try text().isEmpty)
    }
}

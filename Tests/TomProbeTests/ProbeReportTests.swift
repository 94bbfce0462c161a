import Foundation
import Testing
import TomErrors
import TomWire

@testable import TomProbe

@Suite struct ProbeReportTests {
    private func report(records: [CallRecord]) throws -> ProbeReport {
        let options = ProbeOptions(
            url: try ServerURL("ws://127.0.0.1:1"), calls: max(1, records.count),
            utterances: [try Speech.utterance(frames: 2)],
            callID: "t")
        return ProbeReport(
            options: options, records: records, startedAt: Date(timeIntervalSince1970: 0),
            endedAt: Date(timeIntervalSince1970: 60))
    }

    private var answered: CallRecord {
        var record = CallRecord()
        record.isConnected = true
        record.engines = .init(stt: "mock", llm: "mock", tts: "mock")
        record.turns = TurnCounts(spoken: 1, answered: 1)
        record.notices = ["engine.failover", "engine.failover"]
        for measure in ProbeMeasure.allCases { record.measurements.add(12.25, to: measure) }
        return record
    }

    private var refused: CallRecord {
        var record = CallRecord()
        record.failure = Refusal(status: 429).error
        return record
    }

    private static let schema: JSONNode = {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/probe.schema.json")
        // A missing or broken schema file fails every test that looks into it.
        return (try? JSONDecoder().decode(JSONNode.self, from: Data(contentsOf: path.standardized))) ?? .null
    }()

    @Test func everyKindOfReportFollowsTheSchema() throws {
        for records in [[answered], [refused], [answered, refused, refused]] {
            let json = try JSONDecoder().decode(JSONNode.self, from: report(records: records).json())
            #expect(SchemaCheck(root: Self.schema).faults(in: json) == [])
        }
    }

    @Test func theSchemaCheckFindsFaults() throws {
        let check = SchemaCheck(root: Self.schema)
        let good = try JSONDecoder().decode(JSONNode.self, from: report(records: [answered]).json())
        guard case .object(var members) = good else { throw Broken() }
        members["verdict"] = .string("fine")
        #expect(check.faults(in: .object(members)) == ["$.verdict: not one of the enum"])
        members["verdict"] = nil
        #expect(check.faults(in: .object(members)) == ["$: verdict is missing"])
        members["verdict"] = .string("met")
        members["extra"] = .null
        #expect(check.faults(in: .object(members)) == ["$.extra: not allowed"])
    }

    @Test func theSchemaNamesEveryMeasure() throws {
        guard case .object(let root) = Self.schema, case .object(let definitions)? = root["$defs"],
            case .object(let measure)? = definitions["measure"], case .array(let names)? = measure["enum"]
        else { throw Broken() }
        #expect(names == ProbeMeasure.allCases.map { .string($0.rawValue) })
    }

    @Test func equalFailuresAreCountedTogether() throws {
        let failures = try report(records: [refused, answered, refused]).failures
        #expect(failures.map(\.count) == [2])
        #expect(failures.map(\.code) == ["probe.rate_limited"])
    }

    @Test func theTableTellsWhatTheReportHolds() throws {
        let table = ReportTable(try report(records: [answered, refused]), style: .plain).text
        #expect(table.contains("1 of 2 calls connected, 1 of 1 turns answered"))
        #expect(table.contains("end to end (caller)"))
        #expect(table.contains("12.3"))
        #expect(table.contains("429"))
        #expect(table.contains("Objectives missed."))
        #expect(!table.contains("\u{1B}"))
        #expect(ReportTable(try report(records: [answered]), style: .colour).text.contains("\u{1B}[32m"))
    }

    @Test(arguments: [(0, "0.0"), (12.25, "12.3"), (999.94, "999.9"), (1_500, "1500"), (-0.5, "-0.5")])
    func figuresHaveOneDecimalBelowAThousand(value: Double, text: String) {
        #expect(ReportTable.number(value) == text)
    }

    private struct Broken: Error {}
}

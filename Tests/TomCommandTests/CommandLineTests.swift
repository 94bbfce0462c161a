import Foundation
import Testing

@testable import tom

/// The built program as a user runs it.
@Suite struct CommandLineTests {
    private func tom(_ arguments: [String], environment: [String: String] = [:]) throws -> TomProgram.Outcome {
        try TomProgram.run(arguments, environment: environment)
    }

    @Test func configPrintsDataOnStandardOutputOnly() throws {
        let run = try tom(["config", "--json", "--port", "9"], environment: ["MAX_CALLS": "7"])
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        struct List: Decodable {
            struct Entry: Decodable {
                let name: String
                let value: String?
                let source: String
            }
            let settings: [Entry]
        }
        let list = try JSONDecoder().decode(List.self, from: Data(run.output.utf8))
        #expect(list.settings.first { $0.name == "PORT" }.map { [$0.value, $0.source] } == ["9", "--port"])
        #expect(list.settings.first { $0.name == "MAX_CALLS" }.map { [$0.value, $0.source] } == ["7", "environment"])
    }

    @Test func aBadSettingIsStatusOneWithTheFixOnStandardError() throws {
        let run = try tom(["serve"], environment: ["PORT": "99999", "REALTIME_STT": "cloud"])
        #expect(run.status == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("PORT (environment): “99999” is out of bounds"))
        #expect(run.errors.contains("REALTIME_STT (environment)"))
    }

    @Test(arguments: [
        ["token"], ["nonsense"], ["probe", "--calls", "0"], ["probe", "--framing", "morse"],
        ["config", "--json", "--markdown"],
        ["token", "--call-id", "a/b"], ["token", "--call-id", "a", "--ttl", "0"], ["serve", "--jwt-secret", "x"],
    ])
    func wrongUsageIsStatus64(arguments: [String]) throws {
        let run = try tom(arguments)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(!run.errors.isEmpty)
    }

    @Test func aTokenLongerThanTheServerTakesIsWrongUsage() throws {
        let run = try tom(
            ["token", "--call-id", "a", "--ttl", "61"], environment: ["JWT_SECRET": String(repeating: "s", count: 32)])
        #expect(run.status == 64)
        #expect(run.errors.contains("JWT_MAX_TTL_SECONDS"))
    }

    @Test func aTokenGoesToStandardOutputAndItsSecretNowhere() throws {
        let secret = "only-for-tests-only-for-tests-only-for-tests"
        let run = try tom(["token", "--call-id", "a"], environment: ["JWT_SECRET": secret])
        #expect(run.status == 0)
        #expect(run.output.split(separator: ".").count == 3)
        #expect(!(run.output + run.errors).contains(secret))
    }

    @Test func aProbeOfNobodyIsStatusTwo() throws {
        let run = try tom(["probe", "--url", "ws://127.0.0.1:1", "--json", "-", "--quiet"])
        #expect(run.status == 2)
        #expect(run.errors.isEmpty)
        #expect(run.output.contains("\"verdict\" : \"not_measured\""))
        #expect(run.output.contains("probe.unreachable"))
    }

    @Test func aProbeThatCannotBeginIsStatusTwo() throws {
        let run = try tom(["probe", "--wav", "/nowhere.wav"])
        #expect(run.status == 2)
        #expect(run.errors.contains("probe.bad_audio"))
    }

    @Test func outputToAPipeHasNoColour() throws {
        let run = try tom(["doctor", "--port", "0"])
        #expect(!run.output.contains("\u{1B}"))
        #expect(run.output.contains("agent: "))
    }

    @Test func theDoctorsStatusFollowsItsFindings() throws {
        let run = try tom(["doctor", "--port", "0", "--json"], environment: ["ESPEAK_PATH": "/nowhere"])
        #expect(run.status == 1)
        #expect(run.output.contains("\"healthy\" : false"))
        let bad = try tom(["doctor"], environment: ["PORT": "x"])
        #expect(bad.status == 1)
        #expect(bad.output.contains("FAILED"))
    }
}

import Testing
import TomErrors

@testable import TomProbe

@Suite struct RefusalTests {
    @Test func theServersOwnWordsAreHandedOn() {
        let body = #"{"title":"Unauthorized","detail":"the token has expired","hint":"Ask for a fresh one."}"#
        let error = Refusal(status: 401, body: Array(body.utf8)).error
        #expect(error.code == "probe.unauthorized")
        #expect(error.message.contains("the token has expired"))
        #expect(error.category == .authentication)
        // What a user of the probe can do differs from what a client's author can.
        #expect(error.hint?.contains("JWT_SECRET") == true)
        #expect(Refusal(status: 403, body: Array(body.utf8)).error.hint == "Ask for a fresh one.")
    }

    @Test(arguments: [
        (401, "probe.unauthorized"), (403, "probe.forbidden"), (404, "probe.not_found"), (409, "probe.conflict"),
        (429, "probe.rate_limited"), (503, "probe.unavailable"), (200, "probe.refused"), (500, "probe.refused"),
    ])
    func everyStatusHasWordsAndAdvice(status: Int, code: String) {
        let error = Refusal(status: status, body: Array("<html>".utf8)).error
        #expect(error.code == code)
        #expect(error.message.contains(String(status)))
        #expect(error.hint != nil)
    }

    @Test func theWaitIsTheServers() {
        #expect(Refusal(status: 429, retryAfter: "7").error.hint?.contains("7 s") == true)
    }
}

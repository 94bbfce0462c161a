import ArgumentParser
import Foundation
import TomServer

/// `tom token`: makes a token for a call.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make a token for one call, signed with JWT_SECRET.",
        usage: """
            JWT_SECRET=... tom token --call-id demo
            tom token --call-id demo --ttl 30 --json --config tom.env
            tom token --scope operator
            """,
        discussion:
            "The token is good once. The secret comes from the environment or a settings file, never from a flag.")

    @Option(help: ArgumentHelp("The call the token is for, as in /ws/stream/<call id>.", valueName: "call id"))
    var callID: String?

    @Option(help: ArgumentHelp("Who the caller is.", valueName: "subject"))
    var sub = "caller"

    @Option(help: ArgumentHelp("Lifetime in seconds; JWT_MAX_TTL_SECONDS when not given.", valueName: "seconds"))
    var ttl: Int?

    @Option(help: ArgumentHelp("Scope, such as operator for /v1/calls and /v1/messages.", valueName: "scope"))
    var scope: String?

    @Flag(help: "Print JSON for scripts.")
    var json = false

    @OptionGroup var options: SettingOptions

    func validate() throws {
        if callID == nil, scope == nil { throw ValidationError("Give --call-id, or --scope operator.") }
        if let callID, !CallID.isValid(callID) {
            throw ValidationError("A call id has 1 to 100 characters of A-Z a-z 0-9 . _ : -")
        }
        if let ttl, ttl < 1 { throw ValidationError("--ttl must be at least 1 second.") }
    }

    func run() async throws {
        let admission = try Settings(options.sources().resolve()).admission
        let longest = Int(admission.maxTokenLifetime.components.seconds)
        if let ttl, ttl > longest {
            throw ValidationError(
                "--ttl \(ttl) is above JWT_MAX_TTL_SECONDS, which is \(longest); the server would refuse it.")
        }
        let token = try await CallTokenIssuer(admission)
            .issue(callID: callID, subject: sub, scope: scope, lifetime: ttl ?? longest, at: Date())
        Terminal.write(json ? try ScriptOutput.json(token) : token.token + "\n")
    }
}

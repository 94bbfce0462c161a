import Foundation
import Logging
import NIOCore
import TomConversation
import TomErrors
import TomServer
import TomSession
import TomTestKit

/// Serves TOM's WebSocket layer with nothing but an echo on `/echo`, for the Autobahn suite. Not part of the product.
///
/// Prints the port it listens on and runs until SIGTERM.
@main
struct EchoServer {
    static func main() async throws {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.eventLoops = 1
        configuration.rates.connectionsPerMinute = 0
        configuration.serveEcho(on: "/echo")
        configuration.drainDeadline = .seconds(1)
        let server = TomServer(
            configuration: configuration, factory: NoCalls(),
            logger: Logger(label: "echo", factory: { StreamLogHandler.standardError(label: $0) }))
        async let run: Void = server.run(handlingSignals: true)
        if let port = await server.port { FileHandle.standardOutput.write(Data("\(port)\n".utf8)) }
        try await run
    }
}

/// The echo takes no calls.
struct NoCalls: CallSessionFactory {
    struct Refused: DescribedError {
        let code = "echo.no_calls"
        let message = "this server echoes messages and takes no calls."
        let hint: String? = "Connect to /echo."
        let category = ErrorCategory.invalidRequest
    }
    let engineNames = EngineNames(stt: "off", llm: "off", tts: "off")
    func makeSession(
        _ options: CallOptions, link: any CallLink, eventLoop: any EventLoop
    ) throws -> any CallSession {
        throw Refused()
    }
}

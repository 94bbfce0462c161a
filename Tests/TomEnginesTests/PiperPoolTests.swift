import Dispatch
import Foundation
import Testing
import TomTestKit

@testable import TomEngines

/// Which processes the pool signals, and when.
@Suite("PiperPool", .serialized, .timeLimit(.minutes(1)))
struct PiperPoolTests {
    private let programs: ProgramFolder

    init() throws { programs = try ProgramFolder() }

    private func isThere(_ file: String) -> Bool {
        FileManager.default.fileExists(atPath: programs.path + "/" + file)
    }

    /// The first process has closed its output and ends once the second is dead, which the closing pool kills behind those that
    /// speak. Had the pool signalled the first, whose id might be another's by then, it would not have ended by itself.
    @Test func aProcessThatIsBeingEndedIsNotSignalled() async throws {
        let fifo = programs.path + "/fifo"
        #expect(mkfifo(fifo, 0o600) == 0)
        let voice = programs.path + "/voice.onnx"
        for file in [voice, voice + ".json"] { try Data().write(to: URL(fileURLWithPath: file)) }
        var configuration = PiperConfiguration(
            executable: try programs.program(
                """
                cd \(programs.path)
                if mkdir first 2>/dev/null; then
                    exec 1>&- 2>&-
                    while read -r line; do :; done
                    exec 3<fifo
                    : >ready
                    read -r line <&3
                    exit 7
                fi
                exec 3>fifo
                read -r line
                """), voice: voice)
        configuration.endTimeout = .seconds(50)
        let pool = PiperPool(configuration)
        let process = try pool.take()
        while !isThere("first") { await Task.yield() }
        try pool.fill(1)
        async let exit = withCheckedContinuation { continuation in
            // Its input is closed in there, ahead of which it must have left the list of those that are signalled.
            DispatchQueue.global().async { continuation.resume(returning: pool.discard(process, hasEnded: true)) }
        }
        while !isThere("ready") { await Task.yield() }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                pool.close()
                continuation.resume()
            }
        }
        #expect(await exit == .status(7))
    }
}

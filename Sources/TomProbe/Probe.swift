import Foundation
import NIOCore
import NIOPosix
import TomErrors
import TomWire

/// A run of scripted calls against a server.
public final class Probe: Sendable {
    private let options: ProbeOptions
    private let token: @Sendable (String) async throws -> String?
    private let board: ProgressBoard

    /// - Parameter token: makes the token of a call from its id, just before the call: tokens live for seconds only. `nil` for
    ///   none.
    public init(_ options: ProbeOptions, token: @escaping @Sendable (String) async throws -> String? = { _ in nil }) {
        self.options = options
        self.token = token
        board = ProgressBoard(calls: options.calls)
    }

    /// How far the run is; may be asked for at any time from anywhere.
    public var progress: ProbeProgress { board.current }

    /// Holds all calls to their end.
    /// - Throws: ``ProbeError`` when the options cannot be used; whatever `token` throws. A call that fails is part
    ///   of the
    ///   report, not an error.
    public func run() async throws -> ProbeReport {
        guard !options.utterances.isEmpty, (1...ProbeOptions.maxCalls).contains(options.calls) else {
            throw ProbeError(
                code: "probe.bad_options",
                message: "there must be 1 to \(ProbeOptions.maxCalls) calls and something to say.",
                category: .invalidRequest)
        }
        let startedAt = Date()
        let threads = min(options.calls, ProcessInfo.processInfo.activeProcessorCount)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, threads))
        let records: [CallRecord]
        do {
            let connector = try CallConnector(url: options.url, authorityFile: options.authorityFile, group: group)
            records = try await hold(connector)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try? await group.shutdownGracefully()
        return ProbeReport(options: options, records: records, startedAt: startedAt, endedAt: Date())
    }

    private func hold(_ connector: CallConnector) async throws -> [CallRecord] {
        let script = Caller.Script(
            utterances: options.utterances, turns: options.effectiveTurns, duration: options.duration,
            replyTimeout: options.replyTimeout)
        let start = ClientEvent.Start(
            language: options.language, framing: options.framing == .binary ? .binary : .json)
        let payloads = FramePayloads(options.utterances, framing: options.framing)
        return try await withThrowingTaskGroup(of: CallRecord.self) { calls in
            for index in 0..<options.calls {
                if index > 0 { try await Task.sleep(for: options.spacing) }
                let callID = options.id(ofCall: index)
                let token = try await token(callID)
                calls.addTask { [board] in
                    board.begin()
                    let record = await connector.run(
                        Caller(script: script, start: start), callID: callID, token: token, payloads: payloads,
                        board: board)
                    board.end(failed: record.failure != nil)
                    return record
                }
            }
            var records: [CallRecord] = []
            for try await record in calls { records.append(record) }
            return records
        }
    }
}

import Synchronization
import Testing
import TomConversation
import TomEngines

@testable import TomProviders

/// Calling an engine off, at every point of its work: it ends nothing, reports nothing, and leaves no connection.
@Suite("Contract of engines: cancellation", .timeLimit(.minutes(1)))
struct ContractCancellationTests {
    enum Point: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case beforeTheConnection, whileTheRequestIsOut, midAnswer, behindTheEnd
        var testDescription: String { rawValue }

        /// What the engine is met by. A server that hangs is cut off by cancellation alone.
        var fault: Fault {
            switch self {
            case .beforeTheConnection, .whileTheRequestIsOut: .hung
            case .midAnswer: .hungMidAnswer
            case .behindTheEnd: .slow
            }
        }
    }

    private static let patience = Patience(connect: .seconds(20), silence: .seconds(20))

    /// Brings about what the engine is met by at `point`, and checks that in the end no connection is left.
    private func with(
        _ engine: ContractEngine, _ point: Point, _ body: (Bench) async throws -> Void
    ) async throws {
        let gate = Gate()
        guard case .fault(let cause, _) = engine.cell(point.fault, gate) else { return }
        let connections = try await Bench.with(engine, cause, Self.patience, gate: gate) { bench in
            try await body(bench)
            return bench.connections
        }
        await connections?.allClosed()
    }

    /// Begins a request, and returns when it has come to `point`.
    private func begin(
        _ engine: AnyEngine, _ bench: Bench, _ point: Point, _ reports: Reports
    ) async -> any EngineTask {
        let (events, feed) = AsyncStream.makeStream(of: Outcome.self)
        let before = bench.requests()
        let task = engine.begin { outcome in
            reports.add(outcome)
            feed.yield(outcome)
        }
        switch point {
        case .beforeTheConnection: break
        case .whileTheRequestIsOut: while bench.requests() == before { await Task.yield() }
        case .midAnswer: for await outcome in events where outcome.hasPassedOn { break }
        case .behindTheEnd: for await outcome in events where outcome.isOver { break }
        }
        return task
    }

    @Test(arguments: ContractEngine.allCases, Point.allCases)
    func callingOffLeavesNothing(engine: ContractEngine, point: Point) async throws {
        try await with(engine, point) { bench in
            let reports = Reports()
            let task = await begin(bench.engine, bench, point, reports)
            let count = reports.all.count
            task.cancel()
            task.cancel()
            // One that was being made may be kept by the pool for the next request.
            if point != .beforeTheConnection { await bench.connections?.allClosed() }
            #expect(reports.all.allSatisfy { $0.error == nil })
            #expect(reports.all.count { $0.isFinished } == (point == .behindTheEnd ? 1 : 0))
            if point == .behindTheEnd { #expect(reports.all.count == count, "nothing comes behind the end") }
        }
    }

    @Test(arguments: [ContractEngine.deepgram, .realtime])
    func callingOffEndsAHandshake(engine: ContractEngine) async throws {
        try await Bench.with(engine, .http([.hang]), Self.patience, gate: Gate()) { bench in
            let reports = Reports()
            await begin(bench.engine, bench, .whileTheRequestIsOut, reports).cancel()
            await bench.connections?.allClosed()
            #expect(bench.connections?.opened == 1 && reports.all.isEmpty)
        }
    }

    /// Called off four times: the engine is asked every time, and nothing takes its place.
    @Test(
        arguments: ContractEngine.allCases.filter { $0.standsAlone == nil }, [Point.whileTheRequestIsOut, .midAnswer])
    func callingOffIsNoFault(engine: ContractEngine, point: Point) async throws {
        try await with(engine, point) { bench in
            let opened = Mutex(0)
            let order = bench.engine.withSecond(onOpened: { _, _ in opened.withLock { $0 += 1 } })
            let reports = Reports()
            for asked in 1...4 {
                await begin(order, bench, point, reports).cancel()
                #expect(bench.watch.begun == asked)
            }
            #expect(opened.withLock { $0 } == 0)
            #expect(reports.all.allSatisfy { !$0.isOver && $0.failovers.isEmpty })
        }
    }
}

extension ScriptedServer.Connections {
    /// Returns when every connection so far has ended.
    fileprivate func allClosed() async { while closed < opened { await Task.yield() } }
}

private final class Reports: Sendable {
    private let reports = Mutex<[Outcome]>([])
    func add(_ outcome: Outcome) { reports.withLock { $0.append(outcome) } }
    var all: [Outcome] { reports.withLock { $0 } }
}

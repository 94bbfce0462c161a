import Dispatch
import Foundation
import Logging
import TomEngines
import TomServer
import TomSession
import TomStore

/// The records of calls: in memory while they are fresh, and in a file when one is asked for. The file's reads and writes block,
/// so they run on a queue of their own.
final class EndedCalls: CallRecords {
    let register: CallRegister
    private let log: CallLog?
    private let queue: DispatchQueue

    /// - Parameter log: `nil`: nothing is written.
    init(prices: PriceList?, log: CallLog?, logger: Logger) {
        let queue = DispatchQueue(label: "tom.calls")
        self.queue = queue
        self.log = log
        register = CallRegister(
            prices: prices,
            onEnded: { record in
                guard let log else { return }
                queue.async { Self.write(record, log, logger) }
            })
    }

    private static func write(_ record: CallRecord, _ log: CallLog, _ logger: Logger) {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            try log.append(encoder.encode(record))
        } catch {
            let code = (error as? StoreError)?.code ?? "store.io"
            logger.error("call not logged", metadata: ["call.id": "\(record.id)", "error.code": "\(code)"])
        }
    }

    /// Returns when every call that has ended is written.
    func drain() { queue.sync {} }

    func record(of callID: String) async throws -> CallRecord? {
        if let record = register.record(of: callID) { return record }
        guard let log else { return nil }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try log.last { Self.record($0, of: callID) } }) }
        }
    }

    private static func record(_ line: Data, of callID: String) -> CallRecord? {
        // Cheap, before a line is read as JSON: ids have no characters that JSON would escape.
        guard line.range(of: Data("\"\(callID)\"".utf8)) != nil else { return nil }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let record = try? decoder.decode(CallRecord.self, from: line), record.id == callID else { return nil }
        return record
    }
}

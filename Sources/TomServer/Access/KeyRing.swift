import Logging
import Synchronization
import TomStore

/// The keys of a running server: those of its key file, looked at again at most once a second, so that a key that is added
/// or revoked counts without a restart.
///
/// Once there was a file, its keys are asked for until the server ends: a file that is empty, gone or broken lets nobody in,
/// for the last key that is revoked must not open the server to its whole machine.
final class KeyRing: Sendable {
    private struct State {
        /// `nil`: there was no file yet.
        var keys: KeyTable?
        var stamp: ReplacedFile.Stamp?
        var isBroken = false
        /// On a clock that does not go backwards.
        var looked: Double
    }

    private let file: APIKeyFile
    private let logger: Logger
    private let clock: @Sendable () -> Double
    private let state: Mutex<State>

    /// Seconds that the keys read last are believed.
    static let patience = 1.0

    /// - Parameter clock: seconds, not going backwards.
    /// - Throws: `ServerError` when there is a file and it cannot be used.
    init(
        path: String, logger: Logger, clock: @escaping @Sendable () -> Double = Clocks.monotonicSeconds
    ) throws(ServerError) {
        file = APIKeyFile(path: path)
        self.logger = logger
        self.clock = clock
        do {
            let read = try file.read()
            state = Mutex(State(keys: read.map { KeyTable($0.keys) }, stamp: read?.stamp, looked: clock()))
        } catch {
            throw .unreadableFile("key file", path, error.message)
        }
    }

    /// The keys as they are; `nil` as long as there was no file.
    /// - Throws: `ServerError` with 503 while the file cannot be used.
    func current() throws(ServerError) -> KeyTable? {
        let (keys, isBroken) = state.withLock { state in
            let now = clock()
            if now - state.looked >= Self.patience {
                state.looked = now
                refresh(&state)
            }
            return (state.keys, state.isBroken)
        }
        if isBroken { throw .keysUnreadable }
        return keys
    }

    private func refresh(_ state: inout State) {
        do {
            let stamp = try file.stamp()
            guard stamp != state.stamp || state.isBroken else { return }
            let read = try file.read()
            state.stamp = read?.stamp
            state.isBroken = false
            if let read {
                state.keys = KeyTable(read.keys)
            } else if state.keys != nil {
                state.keys = KeyTable()
            }
            logger.notice("keys read", metadata: ["keys": "\(read?.keys.count ?? 0)"])
        } catch {
            if !state.isBroken { logger.error("key file cannot be used", metadata: ["error.code": "\(error.code)"]) }
            // There is a file, or was one: keys are asked for from here on.
            state.keys = state.keys ?? KeyTable()
            state.isBroken = true
        }
    }
}

import Glibc
import TomAudio

/// One running Piper with its voice loaded, which speaks a line of text after the other. Used by one thread at a time.
final class PiperProcess: @unchecked Sendable {
    // Unchecked because the pool hands it from thread to thread, under its lock.
    enum Failure: Error, Equatable {
        case timeout
        /// The program ended; how says its exit.
        case ended
        case unreadable(String)
    }

    let processID: pid_t
    /// Sentences spoken so far.
    private(set) var sentences = 0
    private var child: ChildProcess
    private var hasEnded = false
    private let folder: PiperFolder
    private var lines: PiperLines

    private init(_ child: consuming ChildProcess, folder: consuming PiperFolder) {
        processID = child.processID
        self.child = consume child
        lines = PiperLines(folder: folder.path)
        self.folder = consume folder
    }

    /// Starts the program; it reads its voice meanwhile.
    static func start(_ configuration: PiperConfiguration) throws(EngineError) -> PiperProcess {
        for file in [configuration.voice, configuration.voice + ".json"] where access(file, R_OK) != 0 {
            throw .piperNoVoice(configuration.voice)
        }
        guard let folder = PiperFolder.make(in: configuration.scratch) ?? PiperFolder.make(in: fallback) else {
            throw .piperNotStarted(executable: configuration.executable, code: errno)
        }
        switch ChildProcess.spawn(
            executable: configuration.executable, arguments: configuration.arguments(folder: folder.path),
            readsErrors: true)
        {
        case .success(let child): return PiperProcess(child, folder: folder)
        case .failure(let failure):
            folder.remove()
            throw .piperNotStarted(executable: configuration.executable, code: failure.code)
        }
    }

    /// Where folders are when there is no memory for them.
    private static let fallback = "/tmp"

    /// Deletes what runs of TOM that were killed left behind.
    static func cleanUp(_ configuration: PiperConfiguration) {
        for parent in [configuration.scratch, fallback] { PiperFolder.removeAbandoned(in: parent) }
    }

    /// Whether it still runs, as far as its pipes tell. What it has printed meanwhile is read and forgotten.
    var isRunning: Bool {
        let output = child.output
        while true {
            var event = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard poll(&event, 1, 0) > 0 else { return true }
            guard case .bytes = read(output) else { return false }
        }
    }

    /// Speaks `text`, one line. Blocks until its audio is complete or the deadline passes.
    /// - Parameter deliver: takes the audio, in pieces.
    func speak(
        _ text: String, until deadline: ContinuousClock.Instant, deliver: (SynthesisEvent) -> Void
    ) -> Failure? {
        var rest = Array((text + "\n").utf8)[...]
        while true {
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { return .timeout }
            let (input, output) = (child.input, child.output)
            guard write(&rest, to: input) else { return .ended }
            var events = [
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                // A negative descriptor is not looked at.
                pollfd(fd: rest.isEmpty ? -1 : input, events: Int16(POLLOUT), revents: 0),
            ]
            guard poll(&events, 2, Self.milliseconds(remaining)) > 0, events[0].revents != 0 else { continue }
            switch read(output) {
            case .ended: return .ended
            case .nothing: continue
            case .bytes(let bytes):
                guard let name = lines.take(bytes).first else { continue }
                let failure = PiperAudio.deliver("\(folder.path)/\(name)", to: deliver)
                if failure == nil { sentences += 1 }
                return failure
            }
        }
    }

    /// Ends the program, waits for its end and takes its folder away. Call it once.
    /// - Parameters:
    ///   - byItself: whether it has closed its output and is given time to end, instead of being killed.
    ///   - limit: how long.
    /// - Returns: how it ended.
    @discardableResult
    func end(byItself: Bool, within limit: Duration) -> ChildProcess.Exit {
        guard !hasEnded else { return .status(0) }
        hasEnded = true
        child.closeInput()
        if !byItself { ChildProcess.kill(processID) }
        let exit = child.reap(until: .now + limit)
        folder.remove()
        return exit
    }
}

extension PiperProcess {
    private enum Reading {
        case bytes([UInt8])
        case nothing
        case ended
    }

    private static func milliseconds(_ duration: Duration) -> CInt {
        let (seconds, attoseconds) = duration.components
        return CInt(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
    }

    private func read(_ output: CInt) -> Reading {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = buffer.withUnsafeMutableBytes { Glibc.read(output, $0.baseAddress, $0.count) }
        if count > 0 { return .bytes(Array(buffer[..<count])) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .ended
    }

    /// Writes what the pipe takes.
    /// - Returns: `false` when nobody reads it any more.
    private func write(_ rest: inout ArraySlice<UInt8>, to input: CInt) -> Bool {
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written < 0, errno == EINTR {
                continue
            } else {
                return written < 0 && errno == EAGAIN
            }
        }
        return true
    }
}

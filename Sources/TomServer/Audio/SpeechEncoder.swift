import Glibc
import NIOCore
import NIOPosix
import Synchronization
import TomAudio
import TomEngines
import TomErrors
import TomRealtime

/// Makes mp3, opus, aac and flac of speech with ffmpeg, one process for each request.
///
/// A process and not a library, as with eSpeak NG: its licences and its crashes stay its own, and a server without it lacks
/// these formats and nothing else.
struct SpeechEncoder: Sendable {
    private let executable: String
    private let workers: WorkerThreads
    /// Those that this program was seen to make.
    let formats: Set<SpeechRequest.Format>

    /// Tries every format on a moment of silence.
    /// - Returns: `nil` when there is no such program, or it makes none of them.
    init?(executable: String, on eventLoop: any EventLoop) async {
        guard access(executable, X_OK) == 0 else { return nil }
        self.executable = executable
        workers = WorkerThreads(limit: 4, queueLimit: 1_024)
        var formats: Set<SpeechRequest.Format> = []
        for format in SpeechRequest.Format.allCases where Self.arguments[format] != nil {
            let silence = OneTake([Int16](repeating: 0, count: 2_400))
            var bytes = 0
            do {
                let process = try EncodingProcess(executable, Self.arguments[format] ?? [], workers)
                try await process.run(on: eventLoop, patience: .seconds(5), next: { silence.take() }) {
                    bytes += $0.readableBytes
                }
            } catch { continue }
            if bytes > 0 { formats.insert(format) }
        }
        guard !formats.isEmpty else { return nil }
        self.formats = formats
    }

    /// Makes a file of samples.
    /// - Parameters:
    ///   - format: one of ``formats``.
    ///   - patience: how long all of it may take.
    ///   - next: the next samples at 24 kHz, `nil` at the end.
    ///   - write: takes the next bytes of the file.
    /// - Throws: what `next` and `write` throw, and `EngineError` when the program fails.
    func encode(
        _ format: SpeechRequest.Format, on eventLoop: any EventLoop, patience: Duration,
        next: @escaping @Sendable () async throws -> [Int16]?, write: (ByteBuffer) async throws -> Void
    ) async throws {
        let process = try EncodingProcess(executable, Self.arguments[format] ?? [], workers)
        try await process.run(on: eventLoop, patience: patience, next: next, write: write)
    }

    /// Everything between the program's name and its end: PCM on its standard input, the file on its standard output.
    private static let arguments: [SpeechRequest.Format: [String]] = [
        .mp3: ["-codec:a", "libmp3lame", "-b:a", "96k", "-f", "mp3"],
        .opus: ["-codec:a", "libopus", "-b:a", "32k", "-page_duration", "100000", "-f", "ogg"],
        .aac: ["-codec:a", "aac", "-b:a", "64k", "-f", "adts"],
        .flac: ["-codec:a", "flac", "-f", "flac"],
    ].mapValues { coding in
        ["-hide_banner", "-loglevel", "quiet", "-f", "s16le", "-ar", "24000", "-ac", "1", "-i", "pipe:0"]
            + coding + ["-flush_packets", "1", "pipe:1"]
    }
}

/// One run of the encoder: whoever makes it runs it.
private final class EncodingProcess: Sendable {
    private let processID: pid_t
    private let process: Mutex<ChildProcess?>
    private let pipes: (output: CInt, input: CInt)
    private let workers: WorkerThreads

    init(_ executable: String, _ arguments: [String], _ workers: WorkerThreads) throws(EngineError) {
        guard case .success(var process) = ChildProcess.spawn(executable: executable, arguments: arguments) else {
            throw .encoderFailed("it cannot be started")
        }
        // the channel closes the ends it is given; the process keeps its own
        pipes = (fcntl(process.output, F_DUPFD_CLOEXEC, 3), fcntl(process.input, F_DUPFD_CLOEXEC, 3))
        process.closeInput()
        processID = process.processID
        self.process = Mutex(consume process)
        self.workers = workers
    }

    /// Feeds the program and hands on what it makes, until it has ended.
    func run(
        on eventLoop: any EventLoop, patience: Duration, next: @escaping @Sendable () async throws -> [Int16]?,
        write: (ByteBuffer) async throws -> Void
    ) async throws {
        let alarm = Task {
            try await Task.sleep(for: patience)
            kill()
        }
        defer { alarm.cancel() }
        do {
            try await transfer(on: eventLoop, next: next, write: write)
        } catch {
            kill()
            _ = await reap()
            throw error
        }
        guard case .status(0) = await reap() else { throw EngineError.encoderFailed("it ended before its work") }
    }

    private func transfer(
        on eventLoop: any EventLoop, next: @escaping @Sendable () async throws -> [Int16]?,
        write: (ByteBuffer) async throws -> Void
    ) async throws {
        try await makeChannel(eventLoop).executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while let samples = try await next() {
                        try await outbound.write(ByteBuffer(bytes: PCM16.encode(samples)))
                    }
                    outbound.finish()
                }
                for try await bytes in inbound { try await write(bytes) }
                try await group.waitForAll()
            }
        }
    }

    private func makeChannel(_ eventLoop: any EventLoop) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        do {
            return try await NIOPipeBootstrap(group: eventLoop)
                .takingOwnershipOfDescriptors(input: pipes.output, output: pipes.input) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel(
                            wrappingChannelSynchronously: channel,
                            configuration: .init(isOutboundHalfClosureEnabled: true))
                    }
                }
        } catch {
            // NIO takes them over only when it succeeds
            close(pipes.output)
            close(pipes.input)
            throw error
        }
    }

    /// Ends the program, if it still runs.
    private func kill() { process.withLock { if $0 != nil { ChildProcess.kill(processID) } } }

    private func reap() async -> ChildProcess.Exit? {
        await withCheckedContinuation { continuation in
            let ticket = workers.submit {
                let process = self.process.withLock { $0.take() }
                continuation.resume(returning: process?.reap(until: .now + .seconds(2)))
            }
            if ticket == nil { continuation.resume(returning: nil) }
        }
    }
}

extension EngineError {
    fileprivate static func encoderFailed(_ problem: String) -> EngineError {
        EngineError(
            code: "tts.encoder_failed", message: "the encoder failed: \(problem).",
            hint: "Check FFMPEG_PATH, or ask for wav or pcm.", category: .server)
    }
}

/// Something that is given once.
private final class OneTake<Value: Sendable>: Sendable {
    private let value: Mutex<Value?>
    init(_ value: Value) { self.value = Mutex(value) }
    func take() -> Value? { value.withLock { $0.take() } }
}

import Glibc
import TomAudio

/// Moves one sentence's text into the program and its audio out, until the audio ends.
struct EspeakTransfer {
    enum Failure: Error, Equatable {
        case timeout
        /// What the program wrote is not audio, or too much of it.
        case unreadable(String)
        /// The output ended before the first sample; how the program ended says why.
        case noAudio(String)

        var leavesProgramRunning: Bool {
            if case .noAudio = self { false } else { true }
        }
    }

    private var text: ArraySlice<UInt8>
    private let deadline: ContinuousClock.Instant
    private var reader = WAVStreamReader()
    private var samplesRead = 0
    /// Bytes read at once: 93 ms of audio, small enough to be played soon, large enough to be few.
    private static let chunkSize = 4_096

    init(text: String, deadline: ContinuousClock.Instant) {
        self.text = Array((text + "\n").utf8)[...]
        self.deadline = deadline
    }

    /// Blocks until the program closes its output or the deadline passes.
    mutating func run(_ process: inout ChildProcess, deliver: (SynthesisEvent) -> Void) -> Failure? {
        while true {
            writeText(&process)
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { return .timeout }
            var events = [
                pollfd(fd: process.output, events: Int16(POLLIN), revents: 0),
                // A negative descriptor is not looked at.
                pollfd(fd: process.input, events: Int16(POLLOUT), revents: 0),
            ]
            let milliseconds =
                remaining.components.seconds * 1_000 + remaining.components.attoseconds / 1_000_000_000_000_000
            guard poll(&events, 2, CInt(clamping: milliseconds + 1)) > 0, events[0].revents != 0 else { continue }
            do throws(Failure) {
                guard try readAudio(process.output, deliver: deliver) else { return nil }
            } catch {
                return error
            }
        }
    }

    /// Writes what the pipe takes. A program that died does not read: its exit says why.
    private mutating func writeText(_ process: inout ChildProcess) {
        guard process.input >= 0 else { return }
        while !text.isEmpty {
            let written = text.withUnsafeBytes { write(process.input, $0.baseAddress, $0.count) }
            if written > 0 {
                text = text.dropFirst(written)
            } else if written < 0, errno == EINTR {
                continue
            } else if written < 0, errno == EAGAIN {
                return
            } else {
                break
            }
        }
        process.closeInput()
    }

    /// Reads once; `false` at the end of the output.
    private mutating func readAudio(_ output: CInt, deliver: (SynthesisEvent) -> Void) throws(Failure) -> Bool {
        var buffer = [UInt8](repeating: 0, count: Self.chunkSize)
        let count = buffer.withUnsafeMutableBytes { read(output, $0.baseAddress, $0.count) }
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        do {
            guard count > 0 else { return try end() }
            let samples = try reader.append(buffer.span.extracting(0..<count))
            guard !samples.isEmpty, let rate = reader.rate else { return true }
            samplesRead += samples.count
            guard samplesRead <= rate.hertz * EspeakConfiguration.maximumAudioSeconds else {
                throw Failure.unreadable("it is longer than \(EspeakConfiguration.maximumAudioSeconds) s")
            }
            deliver(.audio(samples, rate: rate))
            return true
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .unreadable("\(error)")
        }
    }

    private mutating func end() throws(Failure) -> Bool {
        do {
            try reader.finish()
            return false
        } catch {
            throw .noAudio("\(error)")
        }
    }
}

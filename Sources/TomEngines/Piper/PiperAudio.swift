import Glibc
import TomAudio

/// The files that Piper writes.
enum PiperAudio {
    /// Bytes read at once.
    private static let chunkSize = 32_768

    /// Reads the file at `path`, hands its audio over in pieces, and deletes it.
    static func deliver(_ path: String, to deliver: (SynthesisEvent) -> Void) -> PiperProcess.Failure? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return .unreadable("its file cannot be read") }
        unlink(path)
        defer { close(file) }
        var reader = WAVStreamReader()
        var samplesRead = 0
        do {
            while let bytes = read(file) {
                let samples = try reader.append(bytes)
                guard !samples.isEmpty, let rate = reader.rate else { continue }
                samplesRead += samples.count
                guard samplesRead <= rate.hertz * PiperConfiguration.maximumAudioSeconds else {
                    return .unreadable("it is longer than \(PiperConfiguration.maximumAudioSeconds) s")
                }
                deliver(.audio(samples, rate: rate))
            }
            try reader.finish()
            return reader.endsWithinSample ? .unreadable("it ends within a sample") : nil
        } catch {
            return .unreadable("\(error)")
        }
    }

    private static func read(_ file: CInt) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: chunkSize)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            return count > 0 ? Array(buffer[..<count]) : nil
        }
    }
}

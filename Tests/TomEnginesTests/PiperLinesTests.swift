import Testing

@testable import TomEngines

/// What Piper prints, without a process.
@Suite struct PiperLinesTests {
    private static let text = """
        INFO:__main__:Wrote /dev/shm/p/1.wav
        Traceback: said by Erika /dev/shm/p/2.wav and more
        /dev/shm/p/3.wav\r
        "/dev/shm/p/4.wav"
        INFO:__main__:Wrote /dev/shm/other/5.wav
        INFO:__main__:Wrote /dev/shm/p/../6.wav
        /dev/shm/p/.wav
        /dev/shm/p/7.wav.txt

        Wrote /dev/shm/p/8.wav

        """

    @Test func namesAreFoundHoweverTheLinesAreSplit() {
        let bytes = Array(Self.text.utf8)
        for cut in 0...bytes.count {
            var lines = PiperLines(folder: "/dev/shm/p")
            #expect(lines.take(bytes[..<cut]) + lines.take(bytes[cut...]) == ["1.wav", "3.wav", "4.wav", "8.wav"])
        }
    }

    @Test func aLineWithoutEndIsNotKept() {
        var lines = PiperLines(folder: "/dev/shm/p")
        for _ in 0..<1_000 { #expect(lines.take([UInt8](repeating: 0x2F, count: 10_000)).isEmpty) }
        #expect(lines.take(Array("/dev/shm/p/1.wav\n/dev/shm/p/2.wav\n".utf8)) == ["2.wav"])
    }
}

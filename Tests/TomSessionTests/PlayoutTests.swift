import Testing
import TomAudio
import TomConversation
import TomEngines
import TomTestKit

@testable import TomSession

/// Reply audio on its way out: every byte once, in order, paced.
@Suite("Playout")
struct PlayoutTests {
    /// What the bytes on the wire must be: the whole reply converted at once.
    private func expected(_ samples: [Int16], from rate: SampleRate, to format: AudioFormat) -> [UInt8] {
        let converter = ReplyConverter(to: format.sampleRate)
        let converted = converter.convert(.audio(samples, rate: rate)).samples + converter.convert(.finished).samples
        var bytes: [UInt8] = []
        switch format.codec {
        case .pcm16: PCM16.encode(converted.span, into: &bytes)
        case .pcmu: G711.encode(converted.span, law: .mu, into: &bytes)
        case .pcma: G711.encode(converted.span, law: .a, into: &bytes)
        }
        return bytes
    }

    @Test(arguments: SampleRate.supported, [AudioCodec.pcm16, .pcmu, .pcma])
    func everyByteArrivesOnce(rate: SampleRate, codec: AudioCodec) throws {
        let format = AudioFormat(codec: codec, sampleRate: rate)
        let samples = ramp(22_051)
        for chunk in [1_003, 317, 22_051] {
            let call = try SessionCall(
                model: ScriptedLanguageModel.saying("One sentence."),
                synthesizer: ScriptedSynthesizer.making(samples, rate: .hz22050, chunk: chunk), output: format)
            call.receive(.text("hi"))
            call.wait(3_000)
            #expect(call.link.audio() == expected(samples, from: .hz22050, to: format), "chunks of \(chunk)")
            #expect(call.link.frames.map(\.seq) == Array(0..<call.link.frames.count))
            let whole = format.bytes(forMs: 20)
            #expect(call.link.frames.dropLast().allSatisfy { $0.bytes.count == whole }, "only the last frame is short")
            #expect(call.turnEnds == [.completed])
        }
    }

    @Test func framesAreWholeWhileTheSynthesizerIsAtWork() throws {
        let synthesizer = ScriptedSynthesizer()
        let call = try SessionCall(model: ScriptedLanguageModel.saying("One sentence."), synthesizer: synthesizer)
        call.receive(.text("hi"))
        let samples = ramp(2_000)
        for start in stride(from: 0, to: 2_000, by: 250) {
            synthesizer.started[0].deliver(.audio(Array(samples[start..<(start + 250)]), rate: .hz16000))
            call.wait(5)
        }
        #expect(call.link.frames.allSatisfy { $0.bytes.count == 640 })
        #expect(call.link.frames.count == 6)
        synthesizer.started[0].deliver(.finished)
        call.wait(1_000)
        #expect(call.link.audio() == PCM16.encode(samples))
    }

    @Test func neverMoreThanHalfASecondAheadAndInBatches() throws {
        let call = try SessionCall(
            model: ScriptedLanguageModel.saying("One."), synthesizer: ScriptedSynthesizer.making(ramp(160_000)))
        call.receive(.text("hi"))
        call.wait(12_000)
        let frames = call.link.frames
        #expect(frames.count == 500)
        let start = try #require(frames.first?.at)
        var sentMs = 0
        for frame in frames {
            sentMs += 20
            let aheadMs = Double(sentMs) - (frame.at - start).milliseconds
            #expect(aheadMs <= 500)
            // Played without a gap: a frame leaves before the one before it has been played out.
            #expect(aheadMs >= 20)
        }
        let batches = Set(frames.map(\.at)).count
        #expect(batches <= 10_000 / 200 + 2)
    }

    @Test func aSocketThatTakesNothingPausesThePlayout() throws {
        let call = try SessionCall(
            model: ScriptedLanguageModel.saying("One."), synthesizer: ScriptedSynthesizer.making(ramp(48_000)))
        call.receive(.text("hi"))
        call.wait(100)
        call.link.isWritable = false
        let before = call.link.frames.count
        call.wait(5_000)
        #expect(call.link.frames.count == before)
        #expect(call.turnEnds.isEmpty)
        call.link.isWritable = true
        call.wait(5_000)
        #expect(call.link.audio() == PCM16.encode(ramp(48_000)))
        #expect(call.turnEnds == [.completed])
    }

    @Test func everythingIsFlushed() throws {
        let call = try SessionCall(
            model: ScriptedLanguageModel.saying("One. Two."), synthesizer: ScriptedSynthesizer.making(ramp(20_000)))
        call.receive(.text("hi"))
        for _ in 0..<50 {
            #expect(call.link.unflushed == 0)
            call.wait(100)
        }
        #expect(call.turnEnds == [.completed])
    }

    @Test func theQueueGivesBackWhatWasPutIn() {
        var random = SeededGenerator(seed: 5)
        for codec in [AudioCodec.pcm16, .pcma] {
            var queue = PlayoutQueue(format: AudioFormat(codec: codec, sampleRate: .hz22050))
            var expected: [Int16] = []
            var taken: [UInt8] = []
            for _ in 0..<300 {
                if random.chance(55) {
                    let chunk = ramp(Int.random(in: 0...1_500, using: &random))
                    queue.append(chunk)
                    expected += chunk
                } else {
                    let before = queue.samples
                    let count = queue.takeFrame { taken += Array($0) }
                    #expect(count == min(441, before) && queue.samples == before - count)
                }
            }
            while queue.takeFrame({ taken += Array($0) }) > 0 {}
            var bytes: [UInt8] = []
            if codec == .pcm16 {
                PCM16.encode(expected.span, into: &bytes)
            } else {
                G711.encode(expected.span, law: .a, into: &bytes)
            }
            #expect(taken == bytes)
            queue.append(ramp(10))
            queue.clear()
            #expect(queue.samples == 0 && queue.takeFrame { _ in } == 0)
        }
    }
}

import Foundation
import Synchronization
import Testing
import TomConversation
import TomEngines

@testable import TomSherpa

@Suite("streaming recognisers of sherpa-onnx", .serialized, .timeLimit(.minutes(5)))
struct StreamingTests {
    let tones: Tones

    init() throws { tones = try #require(Tones.shared, "run Tests/Sherpa/prepare.sh") }

    @Test(arguments: ["ctc", "transducer"]) func wordsAreHeardWhileTheyComeAndInTheEnd(_ model: String) async throws {
        let transcriber = try ToneFiles.transcriber(model)
        let log = EventLog<TranscriptionEvent>()
        let turn = transcriber.begin(log)
        turn.feed(tones.spoken("when are you open on monday"))
        _ = await log.wait { $0.count > 3 }
        turn.finish()
        let events = await log.wait { $0.last?.isTerminal == true }
        #expect(events.last?.final == Transcript(text: "when are you open on monday", language: "en"))
        let interims = events.compactMap { if case .interim(let text, nil) = $0 { text } else { nil } }
        #expect(interims.count > 3 && interims == interims.sorted { $0.count < $1.count })
        #expect(interims.allSatisfy { "when are you open on monday".hasPrefix($0) })
        #expect(transcriber.load == 0)
    }

    @Test(arguments: ["ctc", "transducer"]) func manyCallersShareAModelAndHearTheirOwn(_ model: String) async throws {
        let transcriber = try ToneFiles.transcriber(model) { $0.threads = 2 }
        let tones = tones
        await withTaskGroup(of: (String, String?).self) { group in
            for number in 0..<60 {
                let text = "caller number \(number) speaking"
                group.addTask { (text, await transcriber.hears(tones.spoken(text))) }
            }
            for await (said, heard) in group { #expect(heard == said) }
        }
        #expect(transcriber.load == 0)
    }

    @Test func silenceIsNoWords() async throws {
        let transcriber = try ToneFiles.transcriber("ctc")
        #expect(await transcriber.events(of: []) == [.final(Transcript(text: "", language: "en"))])
        #expect(await transcriber.hears([Int16](repeating: 0, count: 32_000)) == "")
    }

    @Test func whatComesWhileTheBufferIsFullIsDroppedAndCounted() async throws {
        let dropped = Mutex(0)
        let transcriber = try ToneFiles.transcriber("ctc") {
            $0.maximumBufferedSeconds = 1
        } onDroppedAudio: { count in
            dropped.withLock { $0 += count }
        }
        let log = EventLog<TranscriptionEvent>()
        let turn = transcriber.begin(log)
        turn.append([Int16](repeating: 0, count: 40_000).span)
        // What fits is taken. Whether this fits depends on how far the thread is.
        turn.append([Int16](repeating: 0, count: 320).span)
        turn.finish()
        #expect(await log.wait { $0.last?.isTerminal == true }.last?.final?.text == "")
        #expect([24_000, 24_320].contains(dropped.withLock { $0 }))
    }

    @Test func aTurnThatIsTakenOverIsHeardWhole() async throws {
        let dropped = Mutex(0)
        let transcriber = try ToneFiles.transcriber("ctc") {
            $0.maximumBufferedSeconds = 1
        } onDroppedAudio: { count in
            dropped.withLock { $0 += count }
        }
        let text = "when are you open on monday and tuesday and wednesday"
        let samples = tones.spoken(text)
        #expect(samples.count > 32_000)
        var request = TranscriptionRequest(turn: TurnID(1), language: "en", expectation: .open)
        request.isTakenOver = true
        let log = EventLog<TranscriptionEvent>()
        let turn = transcriber.transcribe(request, deliver: log.record)
        turn.append(samples.span)
        turn.finish()
        #expect(await log.wait { $0.last?.isTerminal == true }.last?.final?.text == text)
        #expect(dropped.withLock { $0 } == 0)
    }

    @Test func aTurnThatIsCancelledAtAnyPointLeavesNothing() async throws {
        let transcriber = try ToneFiles.transcriber("ctc") { $0.threads = 1 }
        let samples = tones.spoken("hello there")
        for point in stride(from: 0, through: samples.count, by: samples.count / 12) {
            for finishes in [false, true] {
                let log = EventLog<TranscriptionEvent>()
                let turn = transcriber.begin(log)
                turn.feed(Array(samples[..<point]))
                if finishes { turn.finish() }
                turn.cancel()
                turn.cancel()
                turn.finish()
                turn.feed(samples)
                // One thread: when a later turn is over, the cancelled one has been looked at.
                #expect(await transcriber.hears(samples) == "hello there")
                #expect(log.events.count(where: \.isTerminal) <= (finishes ? 1 : 0))
            }
        }
        #expect(transcriber.load == 0)
    }

    @Test func tooManyTurnsAreRefused() async throws {
        let transcriber = try ToneFiles.transcriber("ctc") { $0.maximumTurns = 2 }
        let log = EventLog<TranscriptionEvent>()
        let turns = (0..<3).map { _ in transcriber.begin(log) }
        #expect(log.events.map(\.failure) == ["stt.busy"])
        for turn in turns { turn.cancel() }
    }

    @Test func aThousandTurnsLeaveNoThreadsAndNoMemory() async throws {
        let transcriber = try ToneFiles.transcriber("ctc") { $0.threads = 2 }
        let samples = tones.spoken("yes")
        for _ in 0..<100 { #expect(await transcriber.hears(samples) == "yes") }
        let before = try ProcessStatus()
        for _ in 0..<1_000 { #expect(await transcriber.hears(samples) == "yes") }
        let after = try ProcessStatus()
        #expect(transcriber.load == 0)
        #expect(after.threads <= before.threads + 2)
        #expect(after.kilobytes < before.kilobytes + 32_768)
    }
}

/// What the kernel says of this process.
struct ProcessStatus {
    let threads: Int
    let kilobytes: Int

    init() throws {
        let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        func number(_ key: String) throws -> Int {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(key) })
            return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
        }
        threads = try number("Threads:")
        kilobytes = try number("VmRSS:")
    }
}

import Dispatch
import Foundation
import Synchronization
import Testing
import TomAudio
import TomEngines
import TomTestKit

/// The real program on its real pipes. Serialised, because some tests count this process's children and pipes.
@Suite("EspeakSynthesizer", .serialized, .timeLimit(.minutes(5)))
struct EspeakSynthesizerTests {
    let programs: ProgramFolder
    init() throws { programs = try ProgramFolder() }

    private func synthesizer(_ adjust: (inout EspeakConfiguration) -> Void = { _ in }) -> EspeakSynthesizer {
        var configuration = EspeakConfiguration()
        configuration.timeout = .seconds(60)
        adjust(&configuration)
        return EspeakSynthesizer(configuration: configuration)
    }

    @Test(arguments: [
        ("en", nil, "Hello, this is Tom. How can I help you?"), ("de", nil, "Guten Tag, wie kann ich Ihnen helfen?"),
        ("en-GB", "en-gb+f3", "We are open from nine to six."),
    ])
    func speaks(language: String, voice: String?, text: String) async {
        let events = await synthesizer().events(text, language: language, voice: voice)
        #expect(events.last == .finished)
        #expect(events.dropLast().allSatisfy { !$0.isTerminal && !$0.samples.isEmpty })
        let samples = events.flatMap(\.samples)
        #expect(events.count > 10, "audio comes in chunks")
        #expect((22_050...6 * 22_050).contains(samples.count))
        #expect(Level(samples.span).rmsDbfs > -30)
        guard case .audio(_, .hz22050) = events[0] else { return #expect(Bool(false), "first audio at 22,050 Hz") }
    }

    @Test func nothingToSayIsNoAudio() async {
        for text in ["", " \n\t", "\u{1}\u{2028}", "[[]]"] {
            #expect(await synthesizer().events(text) == [.finished])
        }
    }

    @Test func markupAndPhonemeInputAreNotObeyed() async {
        let plain = await synthesizer().events("wait here").flatMap(\.samples).count
        let markup = await synthesizer().events("wait <break time=\"9s\"/> here").flatMap(\.samples).count
        #expect(markup < plain + 5 * 22_050, "no pause of nine seconds")
    }

    @Test func longTextIsRefused() async {
        let most = String(repeating: "word ", count: 399) + "end."
        #expect(await synthesizer().events(most).last == .finished)
        #expect(await synthesizer().events(most + "more.").map(\.failureCode) == ["tts.text_too_long"])
    }

    @Test(arguments: ["-m", "../../etc/passwd", "", "en us", "en;ls", String(repeating: "v", count: 65)])
    func badVoiceNamesAreRefused(voice: String) async {
        #expect(await synthesizer().events("Hello.", voice: voice).map(\.failureCode) == ["tts.bad_voice"])
    }

    @Test func anUnknownVoiceFails() async {
        #expect(await synthesizer().events("Hello.", voice: "xx-nobody").map(\.failureCode) == ["tts.crashed"])
    }

    @Test func aMissingProgramSaysHowToInstallIt() async throws {
        let events = await synthesizer { $0.executable = "/nonexistent/espeak-ng" }.events("Hello.")
        guard case .failed(let error) = try #require(events.first) else { return #expect(Bool(false), "it fails") }
        #expect(events.count == 1)
        #expect(error.code == "tts.not_installed")
        #expect(error.hint?.contains("apt-get install espeak-ng") == true)
    }

    @Test func checksVoicesForTheDoctor() async throws {
        try await synthesizer().check(language: "en")
        try await synthesizer().check(language: "de")
        await #expect(throws: EngineError.self) { try await synthesizer().check(language: "en", voice: "xx-nobody") }
    }

    @Test(arguments: [
        ("exit 3", "tts.crashed"), ("kill -9 $$", "tts.crashed"), ("kill -SEGV $$", "tts.crashed"),
        ("exit 0", "tts.bad_output"), ("echo this is not audio at all", "tts.bad_output"),
        ("exec 0<&-; exit 1", "tts.crashed"),
        ("/usr/bin/espeak-ng \"$@\" | head -c 9000; kill -9 $$", "tts.crashed"),
    ])
    func aFailingProgramFailsItsSentence(script: String, code: String) async throws {
        let program = try programs.program(script)
        let events = await synthesizer { $0.executable = program }.events("Hello, this is Tom.")
        #expect(events.last?.failureCode == code)
        #expect(events.count { $0.isTerminal } == 1)
    }

    @Test(arguments: ["sleep 1000", "exec 1>&-; sleep 1000", "cat /dev/zero"])
    func aHangingProgramIsEndedAndReaped(script: String) async throws {
        let program = try programs.program(script)
        let hanging = synthesizer {
            $0.executable = program
            $0.timeout = .milliseconds(300)
        }
        let code = await hanging.events("Hello.").last?.failureCode
        #expect(script.hasPrefix("cat") ? code == "tts.bad_output" : code == "tts.timeout")
        #expect(ProcessTable.children.allSatisfy { !$0.commandLine.contains(program) })
    }

    @Test func aKilledProgramFailsItsSentence() async throws {
        let (recorder, gate) = (EspeakRecorder(), DispatchSemaphore(value: 0))
        let first = Mutex(true)
        synthesizer { $0.wordsPerMinute = 171 }.say(String(repeating: "personal data ", count: 140)) { event in
            recorder.record(event)
            if first.withLock({ first in
                defer { first = false }; return first
            }) {
                gate.wait()
            }
        }
        _ = await recorder.wait { !$0.isEmpty }
        let child = try #require(ProcessTable.children.first { $0.commandLine.contains(" 171 ") })
        #expect(!child.commandLine.contains("personal"), "text is not in the arguments")
        kill(child.processID, SIGKILL)
        gate.signal()
        let events = await recorder.whole()
        #expect(events.last?.failureCode == "tts.crashed")
        #expect(events.count { $0.isTerminal } == 1)
    }

    @Test func cancellingEndsTheProgram() async throws {
        let (recorder, gate) = (EspeakRecorder(), DispatchSemaphore(value: 0))
        let first = Mutex(true)
        let engine = synthesizer {
            $0.wordsPerMinute = 172
            $0.maximumProcesses = 1
        }
        let task = engine.say(String(repeating: "personal data ", count: 140)) { event in
            recorder.record(event)
            if first.withLock({ first in
                defer { first = false }; return first
            }) {
                gate.wait()
            }
        }
        _ = await recorder.wait { !$0.isEmpty }
        let child = try #require(ProcessTable.children.first { $0.commandLine.contains(" 172 ") })
        task.cancel()
        task.cancel()
        gate.signal()
        // The one worker is free again only when the first process is reaped.
        #expect(await engine.events("Next.").last == .finished)
        #expect(!recorder.events.contains { $0.isTerminal })
        #expect(!ProcessTable.children.contains { $0.processID == child.processID })
        task.cancel()
    }

    @Test func sentencesBeyondTheBoundWaitInOrder() async throws {
        let order = Mutex<[Int]>([])
        let (first, gate) = (EspeakRecorder(), DispatchSemaphore(value: 0))
        let engine = synthesizer {
            $0.maximumProcesses = 1
            $0.maximumWaiting = 3
        }
        engine.say("One.") { event in
            if first.events.isEmpty {
                first.record(event)
                gate.wait()
            }
        }
        _ = await first.wait { !$0.isEmpty }
        let recorders = (0..<4).map { _ in EspeakRecorder() }
        let tasks = recorders.prefix(3).enumerated().map { index, recorder in
            engine.say("Number \(index).") { event in
                if event.isTerminal { order.withLock { $0.append(index) } }
                recorder.record(event)
            }
        }
        #expect(engine.load.waiting == 3)
        engine.say("Too many.", deliver: recorders[3].record)
        #expect(recorders[3].events.map(\.failureCode) == ["tts.busy"])
        tasks[1].cancel()
        #expect(engine.load == (waiting: 2, running: 1))
        gate.signal()
        _ = await recorders[2].whole()
        #expect(order.withLock { $0 } == [0, 2])
        #expect(recorders[1].events.isEmpty)
    }

    @Test func waitingTooLongIsATimeout() async throws {
        let program = try programs.program("sleep 1000")
        let engine = synthesizer {
            $0.executable = program
            $0.maximumProcesses = 1
            $0.timeout = .milliseconds(200)
        }
        async let one = engine.events("One.")
        async let two = engine.events("Two.")
        #expect(await one.map(\.failureCode) == ["tts.timeout"])
        #expect(await two.map(\.failureCode) == ["tts.timeout"])
    }

    /// In a process of its own, where no other test opens pipes and starts programs.
    @Test func threeHundredSentencesLeaveNothingOpen() async {
        await #expect(processExitsWith: .success) {
            let engine = EspeakSynthesizer()
            _ = await engine.events("Warm.")
            await engine.becomesIdle()
            let pipes = ProcessTable.pipeCount
            let results = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<300 {
                    group.addTask {
                        guard index % 10 == 0 else {
                            return await engine.events("Sentence \(index).").last == .finished
                        }
                        engine.say("This one is cancelled.") { _ in }.cancel()
                        return true
                    }
                }
                return await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            precondition(results.count == 300 && results.allSatisfy { $0 }, "every sentence is spoken or cancelled")
            await engine.becomesIdle()
            precondition(ProcessTable.pipeCount == pipes, "\(ProcessTable.pipeCount) pipes, \(pipes) before")
            precondition(ProcessTable.children.isEmpty, "no child is left, not even a zombie")
        }
    }

    /// Prints figures; a slow machine is no failure.
    @Test func measuresFirstAudio() async {
        let engine = synthesizer()
        let clock = ContinuousClock()
        var times: [Duration] = []
        for index in 0..<60 {
            let recorder = EspeakRecorder()
            let start = clock.now
            let first = Mutex<ContinuousClock.Instant?>(nil)
            engine.say("We are open from nine to six, number \(index).") { event in
                first.withLock { $0 = $0 ?? clock.now }
                recorder.record(event)
            }
            #expect(await recorder.whole().last == .finished)
            if let first = first.withLock({ $0 }) { times.append(start.duration(to: first)) }
        }
        times.sort()
        print("espeak first audio: p50 \(times[30]), p95 \(times[57]), max \(times[59])")
        #expect(times.count == 60)
    }
}

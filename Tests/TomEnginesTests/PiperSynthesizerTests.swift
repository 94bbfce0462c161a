import Foundation
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomTestKit

/// Programs that stand in for Piper, for what the real one does not do on demand; that is spoken with in
/// Tests/Conformance. Serialised, because some tests count this process's children.
@Suite("PiperSynthesizer", .serialized, .timeLimit(.minutes(2)))
struct PiperSynthesizerTests {
    private let programs: ProgramFolder
    private let voice: String

    init() throws {
        programs = try ProgramFolder()
        voice = programs.path + "/voice.onnx"
        for file in [voice, voice + ".json"] { try Data().write(to: URL(fileURLWithPath: file)) }
        let audio = WAV.write(samples: [Int16](repeating: 5, count: 30_000), rate: .hz22050)
        try Data(audio).write(to: URL(fileURLWithPath: programs.path + "/spoken.wav"))
    }

    /// - Parameter script: `$4` is the folder; `say` copies a sentence into it and tells so.
    private func piper(
        _ script: String, _ adjust: (inout PiperConfiguration) -> Void = { _ in }
    ) throws -> PiperSynthesizer {
        let say = """
            n=0
            say() { cp \(programs.path)/spoken.wav "$4/$n.wav"; echo "INFO:__main__:Wrote $4/$n.wav" >&2; n=$((n+1)); }
            [ "$1 $2 $3" = "-m \(voice) --output_dir" ] || exit 64
            """
        var configuration = PiperConfiguration(executable: try programs.program(say + "\n" + script), voice: voice)
        configuration.maximumProcesses = 1
        adjust(&configuration)
        return PiperSynthesizer(configuration: configuration)
    }

    private func start(
        _ engine: PiperSynthesizer, _ text: String, _ report: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        let segment = SegmentID(response: ResponseID(1), index: 0)
        return engine.synthesize(
            SynthesisRequest(segment: segment, text: text, language: "en", voice: "en-us"), deliver: report)
    }

    private func events(_ engine: PiperSynthesizer, _ text: String = "Hello.") async -> [SynthesisEvent] {
        let recorder = EspeakRecorder()
        _ = start(engine, text, recorder.record)
        return await recorder.whole()
    }

    /// The stand-ins that run, whichever engine they belong to.
    private var children: [ProcessTable.Child] {
        ProcessTable.children.filter { $0.commandLine.contains(programs.path) }
    }

    private var foldersLeft: [String] {
        children.compactMap { $0.commandLine.split(separator: " ").last.map(String.init) }
    }

    private static let loop = "while read -r line; do say \"$@\"; done"

    @Test func aProcessSpeaksOneSentenceAfterTheOther() async throws {
        let engine = try piper(Self.loop)
        var processes: Set<Int32> = []
        for _ in 0..<5 {
            let events = await events(engine)
            #expect(events.last == .finished && events.flatMap(\.samples).count == 30_000)
            guard case .audio(_, .hz22050)? = events.first else { return #expect(Bool(false), "audio at 22,050 Hz") }
            processes.formUnion(children.map(\.processID))
        }
        #expect(processes.count == 1)
        let folder = try #require(foldersLeft.first)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty, "no sentence is left")
        await engine.close()
        #expect(children.isEmpty && !FileManager.default.fileExists(atPath: folder))
    }

    @Test func theTextIsALineAndNoArgument() async throws {
        let engine = try piper("read -r line; echo \"$line\" >\(programs.path)/line; say \"$@\"; read -r line")
        #expect(await events(engine, " Personal\n [[data]] \u{1}here. ").last == .finished)
        let line = try String(contentsOfFile: programs.path + "/line", encoding: .utf8)
        #expect(line == "Personal data here.\n")
        #expect(children.allSatisfy { !$0.commandLine.contains("ersonal") })
        await engine.close()
    }

    @Test(arguments: ["", "…", "[[]] ?!"])
    func nothingToPronounceIsNoAudio(text: String) async throws {
        let engine = try piper("exit 1")
        #expect(await events(engine, text) == [.finished])
    }

    @Test func longTextIsRefused() async throws {
        let text = String(repeating: "word ", count: 401)
        #expect(await events(try piper("exit 1"), text).map(\.failureCode) == ["tts.text_too_long"])
    }

    @Test(arguments: [
        ("exit 3", "tts.crashed"), ("kill -9 $$", "tts.crashed"), ("read -r line; kill -SEGV $$", "tts.crashed"),
        ("exec 1>&- 2>&-; read -r line; exit 0", "tts.crashed"),
        ("read -r line; echo nonsense >$4/1.wav; echo $4/1.wav; sleep 1000", "tts.bad_output"),
        ("read -r line; echo $4/gone.wav; sleep 1000", "tts.bad_output"),
        ("read -r line; ln -s \"$0\" $4/link.wav; echo $4/link.wav; sleep 1000", "tts.bad_output"),
        ("sleep 1000", "tts.timeout"), ("cat /dev/zero", "tts.timeout"), ("yes", "tts.timeout"),
        ("read -r line; echo /etc/1.wav; sleep 1000", "tts.timeout"),
    ])
    func aFailingProgramFailsItsSentence(script: String, code: String) async throws {
        let engine = try piper(script) { configuration in
            guard code == "tts.timeout" else { return }
            (configuration.timeout, configuration.startTimeout) = (.milliseconds(300), .milliseconds(300))
        }
        let events = await events(engine)
        #expect(events.map(\.failureCode) == [code])
        while engine.load.running > 0 { await Task.yield() }
        #expect(children.isEmpty)
    }

    @Test func aProcessThatDiesIsReplacedWithinTheSentence() async throws {
        let engine = try piper("read -r line; say \"$@\"; read -r line; exit 1")
        for _ in 0..<4 {
            let events = await events(engine)
            #expect(events.last == .finished && events.flatMap(\.samples).count == 30_000)
        }
        await engine.close()
    }

    @Test func aProcessThatDiesBetweenSentencesIsReplaced() async throws {
        let engine = try piper(Self.loop)
        for _ in 0..<3 {
            #expect(await events(engine).last == .finished)
            for child in children { kill(child.processID, SIGKILL) }
        }
        await engine.close()
        #expect(children.isEmpty)
    }

    @Test func whatElseItPrintsIsPassedOver() async throws {
        let engine = try piper(
            "head -c 3000000 /dev/zero >&2; echo; while read -r line; do echo \"$line\"; say \"$@\"; done")
        #expect(await events(engine).last == .finished)
        #expect(await events(engine).last == .finished)
        await engine.close()
    }

    @Test func aCancelledSentenceIsNotReportedAndItsProcessStays() async throws {
        let fifo = programs.path + "/go"
        #expect(mkfifo(fifo, 0o600) == 0)
        let engine = try piper("while read -r line; do [ \"$line\" = Next. ] || read -r go <\(fifo); say \"$@\"; done")
        {
            $0.maximumWaiting = 1
        }
        let (running, waiting, refused) = (EspeakRecorder(), EspeakRecorder(), EspeakRecorder())
        let first = start(engine, "Hello.", running.record)
        while children.isEmpty || engine.load.running == 0 { await Task.yield() }
        let process = children.map(\.processID)
        let second = start(engine, "Hello.", waiting.record)
        _ = start(engine, "Hello.", refused.record)
        #expect(await refused.whole().map(\.failureCode) == ["tts.busy"])
        second.cancel()
        first.cancel()
        first.cancel()
        try "go\n".write(toFile: fifo, atomically: false, encoding: .utf8)
        #expect(await events(engine, "Next.").last == .finished)
        #expect(children.map(\.processID) == process)
        #expect(running.events.isEmpty && waiting.events.isEmpty)
        await engine.close()
    }

    @Test func closingEndsASentenceToo() async throws {
        let engine = try piper("sleep 1000")
        let recorder = EspeakRecorder()
        _ = start(engine, "Hello.", recorder.record)
        while children.isEmpty { await Task.yield() }
        await engine.close()
        #expect(children.isEmpty)
        // Whether the process had been handed to its sentence yet.
        #expect([["tts.crashed"], ["tts.cancelled"]].contains(await recorder.whole().map(\.failureCode)))
        #expect(await events(engine).map(\.failureCode) == ["tts.cancelled"])
    }

    @Test func allProcessesAreStartedBeforehand() async throws {
        let engine = try piper(Self.loop) { $0.maximumProcesses = 3 }
        try await engine.prepare()
        #expect(children.count == 3)
        #expect(await events(engine).last == .finished)
        #expect(children.count == 3)
        await engine.close()
        await #expect(throws: EngineError.self) { try await piper("exit 1").prepare() }
        #expect(children.isEmpty)
    }

    @Test func foldersOfKilledRunsAreRemovedAtTheStart() async throws {
        let scratch = programs.path + "/scratch"
        let (abandoned, other) = ("\(scratch)/tom-piper-abcdef", "\(scratch)/else-abcdef")
        for folder in [abandoned, other] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try Data("speech".utf8).write(to: URL(fileURLWithPath: abandoned + "/1.wav"))
        let first = try piper(Self.loop) { $0.scratch = scratch }
        try await first.prepare()
        #expect(!FileManager.default.fileExists(atPath: abandoned) && FileManager.default.fileExists(atPath: other))
        let live = foldersLeft
        #expect(live.count == 1 && live[0].hasPrefix(scratch))
        // Another run beside the first takes nothing away from it.
        let second = try piper(Self.loop) { $0.scratch = scratch }
        try await second.prepare()
        #expect(foldersLeft.count == 2 && foldersLeft.allSatisfy { FileManager.default.fileExists(atPath: $0) })
        #expect(await events(first).last == .finished)
        await first.close()
        await second.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch) == ["else-abcdef"])
    }

    @Test func whatIsMissingIsSaid() async throws {
        let noProgram = PiperSynthesizer(
            configuration: PiperConfiguration(executable: "/nonexistent/piper", voice: voice))
        #expect(await events(noProgram).map(\.failureCode) == ["tts.not_installed"])
        let noVoice = try piper("exit 1") { $0.voice = "/nonexistent/voice.onnx" }
        #expect(await events(noVoice).map(\.failureCode) == ["tts.no_voice"])
        await #expect(throws: EngineError.self) { try await noVoice.sayWord(language: "en") }
        try await piper(Self.loop).sayWord(language: "en")
    }
}

import Foundation
import Glibc
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomServer
import TomSession
import TomStore

/// Whole spoken calls on the parts a user has by default: PocketSphinx, the receptionist and eSpeak NG.
@Suite("Spoken calls", .timeLimit(.minutes(3)))
struct SpokenCallTests {
    /// Waits for the greeting and hears it out.
    private static func answered(_ tom: ServedTom, token: String? = nil, id: String = "call-1") async throws
        -> TestCaller
    {
        let caller = try await TestCaller.call(tom.port, id: id, token: token)
        _ = try await caller.wait("turn_end")
        #expect(caller.said().contains("Miller and Sons"))
        return caller
    }

    /// Says `text` and returns what TOM answers, once it has been heard.
    private static func ask(_ caller: TestCaller, _ text: String) async throws -> String {
        let index = caller.messages.count
        await caller.say(try await Speech.spoken(text))
        _ = try await caller.wait("turn_end", from: index)
        return caller.said(from: index)
    }

    /// Sends what is given and waits for the answer's end.
    private static func send(_ caller: TestCaller, _ events: [[String: String]]) async throws -> String {
        let index = caller.messages.count
        for event in events { try await caller.send(event) }
        _ = try await caller.wait("turn_end", from: index)
        return caller.said(from: index)
    }

    private static func message(_ id: String, filling count: Int) -> MessageDraft {
        MessageDraft(
            id: id, time: Date(timeIntervalSince1970: 1), callID: "c", agent: "a",
            concern: String(repeating: "x", count: count))
    }

    /// A synthesiser that speaks fast, for calls in which nobody listens.
    private static func hurried() -> EspeakSynthesizer {
        var configuration = EspeakConfiguration()
        configuration.wordsPerMinute = 450
        return EspeakSynthesizer(configuration: configuration)
    }

    private static func keys(_ digits: String) -> [[String: String]] {
        digits.map { ["type": "dtmf", "digit": "\($0)"] }
    }

    @Test func aQuestionIsUnderstoodWordForWordAndAnsweredAloud() async throws {
        try await ServedTom.serving([ServedTom.receptionist()]) { tom in
            let caller = try await Self.answered(tom)
            let index = caller.messages.count
            let answer = try await Self.ask(caller, "What are your opening hours?")
            #expect(try await caller.wait("stt_final").text == "what are your opening hours")
            #expect(answer.contains("nine to six"))
            let audio = caller.heard(from: index)
            #expect(audio.count > 2 * 16_000, "a sentence of that length lasts more than two seconds")
            #expect(Level(audio.span).rmsDbfs > -35)
            let end = try await caller.wait("turn_end", from: index)
            #expect(end.texts["status"] == "completed")
            try await caller.hangUp()
        }
    }

    @Test func aMessageIsTakenThroughToTheFile() async throws {
        try await ServedTom.serving([ServedTom.receptionist(synthesizer: Self.hurried())]) { tom in
            let caller = try await Self.answered(tom)
            #expect(try await Self.ask(caller, "I would like to leave a message.").contains("name"))
            #expect(try await Self.ask(caller, "My name is Ada Lovelace.").contains("number"))
            #expect(try await Self.send(caller, Self.keys("5550199#")).contains("message"))
            let readBack = try await Self.ask(caller, "My bicycle has a flat tyre. Please call me back tomorrow.")
            #expect(readBack.contains("Is that correct"))
            #expect(try await Self.ask(caller, "Yes.").contains("saved"))
            let done = caller.messages.filter { $0.type == "tool_call" }.map { $0.texts["status"] ?? "" }
            #expect(done == ["started", "done"])
            try await caller.hangUp()

            let message = try #require(try tom.store.list(limit: 10).first)
            #expect(message.number == "5550199" && message.confirmed && message.callID == "call-1")
            let parts = message.recordings.map(\.part)
            #expect(parts.contains("concern") && (parts.contains("name") || message.name != nil))
            for recording in message.recordings {
                let path = try #require(tom.store.path(ofRecording: recording.file))
                let audio = try WAV.read([UInt8](Data(contentsOf: URL(filePath: path))))
                #expect(audio.rate == .hz16000 && audio.samples.count > 16_000)
                #expect(Level(audio.samples.span).rmsDbfs > -40, "\(recording.part) holds the caller's voice")
            }
        }
    }

    @Test func speakingOverTheReplyCutsIt() async throws {
        try await ServedTom.serving([ServedTom.receptionist()]) { tom in
            let caller = try await Self.answered(tom)
            let index = caller.messages.count
            await caller.say(try await Speech.spoken("What are your opening hours?"))
            let reply = try await caller.wait("tts_audio", from: index).response
            await caller.say(try await Speech.spoken("What is your address?"))
            let cut = try await caller.wait("barge_in", from: index)
            #expect(cut.response == reply)
            let answer = try await caller.wait { messages in
                messages.dropFirst(index).first { $0.type == "turn_end" && $0.texts["status"] == "completed" }
            }
            #expect(answer.response != reply)
            let heard = caller.messages.filter { $0.type == "stt_final" }.map(\.text)
            #expect(heard == ["what are your opening hours", "what is your address"])
            #expect(caller.said(from: index).contains("Station Road"))
            let messages = caller.messages
            let moment = try #require(messages.firstIndex { $0.type == "barge_in" && $0.response == reply })
            #expect(!messages[moment...].contains { $0.type == "tts_audio" && $0.response == reply })
            let statuses = messages.filter { $0.type == "turn_end" && $0.response == reply }.map { $0.texts["status"] }
            #expect(statuses == ["interrupted"])
            try await caller.hangUp()
        }
    }

    @Test func nothingPersonalIsLogged() async throws {
        let secret = "a secret of thirty-two bytes or more"
        let token = try await TokenMint.token(secret: secret, callID: "call-1", subject: "Erika Mustermann")
        try await ServedTom.serving(
            [ServedTom.receptionist(synthesizer: Self.hurried())], server: { $0.authentication.secret = secret }
        ) { tom in
            let caller = try await Self.answered(tom, token: token)
            _ = try await Self.ask(caller, "What are your opening hours?")
            _ = try await Self.ask(caller, "I would like to leave a message.")
            _ = try await Self.send(caller, [["type": "text", "text": "Erika Mustermann"]])
            _ = try await Self.send(caller, Self.keys("5550199#"))
            _ = try await Self.send(caller, [["type": "text", "text": "the zebra is purple"]])
            _ = try await Self.send(caller, Self.keys("1#"))
            try await caller.send(["type": "nonsense", "text": "the zebra is purple"])
            try await caller.send(["type": "text", "text": ""])
            try await caller.hangUp()
            #expect(try tom.store.list(limit: 1).first?.number == "5550199")

            let lines = tom.log.all
            #expect(lines.contains { $0.contains("call ended") })
            #expect(lines.contains { $0.contains("message taken") })
            let said = caller.messages.filter { ["stt_final", "stt_partial", "llm_token"].contains($0.type) }.map(
                \.text)
            let audio = caller.messages.filter { $0.type == "tts_audio" }.compactMap { $0.texts["bytes"]?.prefix(64) }
                .map(String.init)
            #expect(said.contains { $0.contains("opening hours") } && audio.count > 100)
            let secrets =
                said.filter { $0.count > 8 } + [
                    token, secret, "5550199", "555", "zebra", "Erika", "Mustermann", "opening hours", "nine to six",
                    "127.0.0.1",
                ]
            for entry in lines {
                // A message's id carries the time, whose digits may be those of the number.
                let line = entry.replacing(/"message\.id": m[0-9a-f-]+/, with: "")
                for secret in secrets { #expect(!line.contains(secret), "\(line)") }
                #expect(!audio.contains { line.contains($0) })
                // Any long run of base64 is audio or a token.
                #expect(line.firstMatch(of: /[A-Za-z0-9+\/]{60,}/) == nil, "\(line)")
            }
        }
    }

    /// eSpeak NG is killed while it speaks a sentence: TOM says that something went wrong, and the call goes on.
    @Test func aSynthesizerKilledMidSentenceIsApologisedFor() async throws {
        let slow = try SlowEspeak()
        var configuration = EspeakConfiguration()
        configuration.executable = slow.program
        let synthesizer = EspeakSynthesizer(configuration: configuration)
        try await ServedTom.serving([ServedTom.receptionist(synthesizer: synthesizer, transcribes: false)]) { tom in
            let caller = try await Self.answered(tom)
            let index = caller.messages.count
            try slow.stallNext()
            try await caller.send(["type": "text", "text": "what are your opening hours"])
            _ = try await caller.wait("tts_audio", from: index)
            kill(try slow.stalledProcess(), SIGKILL)
            let notice = try await caller.wait("notice", from: index)
            #expect(notice.texts["code"] == "tts.crashed")
            #expect(try await caller.wait("turn_end", from: index).texts["status"] == "failed")
            #expect(caller.said(from: index).contains("sorry"))
            // The next sentence is spoken as if nothing had happened.
            let again = caller.messages.count
            #expect(
                try await Self.send(caller, [["type": "text", "text": "what is your address"]]).contains("Station Road")
            )
            #expect(caller.heard(from: again).count > 16_000)
            try await caller.hangUp()
        }
    }

    /// The disk under the messages is full: the caller is told so, nothing kept before is lost, and it works again when there is room.
    @Test(.enabled(if: mayMount, "mounting a file system takes root"))
    func aFullDiskIsAdmittedToTheCaller() async throws {
        let directory = NSTemporaryDirectory() + "tom-full-\(UUID().uuidString)"
        mkdir(directory, 0o700)
        try #require(mount("tmpfs", directory, "tmpfs", 0, "size=256k") == 0)
        defer {
            umount2(directory, Int32(MNT_DETACH))
            rmdir(directory)
        }
        try await ServedTom.serving(
            [ServedTom.receptionist(synthesizer: Self.hurried(), transcribes: false)],
            directory: directory + "/messages"
        ) { tom in
            let kept = try tom.store.append(Self.message("kept", filling: 0))
            let log = directory + "/messages/messages.jsonl"
            // Up to a little before the end of the file's last page, so that the next line needs another one.
            let size = try Data(contentsOf: URL(filePath: log)).count
            let filler = try tom.store.append(Self.message("next", filling: 4_096 - 2 * size - 20))

            let ballast = directory + "/ballast"
            let file = open(ballast, O_WRONLY | O_CREAT, 0o600)
            let block = [UInt8](repeating: 1, count: 4_096)
            while write(file, block, block.count) > 0 {}
            close(file)

            let caller = try await Self.answered(tom)
            _ = try await Self.send(caller, [["type": "text", "text": "leave a message"]])
            _ = try await Self.send(caller, [["type": "text", "text": "Ada"]])
            _ = try await Self.send(caller, Self.keys("5550199#"))
            _ = try await Self.send(caller, [["type": "text", "text": "My bicycle is broken."]])
            let answer = try await Self.send(caller, Self.keys("1#"))
            #expect(answer.contains("could not save"))
            #expect(!answer.contains("is saved"))
            #expect(try tom.store.list(limit: 10) == [filler, kept])

            unlink(ballast)
            #expect(try await Self.send(caller, Self.keys("1#")).contains("saved"))
            let all = try tom.store.list(limit: 10)
            #expect(all.count == 3 && all.dropFirst() == [filler, kept] && all.first?.number == "5550199")
            try await caller.hangUp()
        }
    }
}

/// eSpeak NG behind a program that can be told to stop in the middle of the next sentence, as one that hangs would.
struct SlowEspeak: Sendable {
    private let directory: String
    var program: String { directory + "/espeak-ng" }

    init() throws {
        directory = NSTemporaryDirectory() + "tom-espeak-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let script = """
            #!/bin/bash
            if rm "\(directory)/stall" 2>/dev/null; then
                /usr/bin/espeak-ng "$@" | head -c 40000
                echo $$ > "\(directory)/pid.part" && mv "\(directory)/pid.part" "\(directory)/pid"
                exec sleep 60
            fi
            exec /usr/bin/espeak-ng "$@"
            """
        try script.write(toFile: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
    }

    func stallNext() throws { try Data().write(to: URL(filePath: directory + "/stall")) }

    /// The process that stalls; it has written its audio before it is known.
    func stalledProcess() throws -> pid_t {
        while true {
            if let text = try? String(contentsOfFile: directory + "/pid", encoding: .utf8),
                let id = pid_t(text.dropLast())
            {
                return id
            }
            sched_yield()
        }
    }
}

/// In CI the test runs, and fails where it cannot mount: nothing is skipped there.
private let mayMount = geteuid() == 0 || ProcessInfo.processInfo.environment["CI"] == "true"

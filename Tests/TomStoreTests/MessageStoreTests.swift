import Foundation
import Glibc
import Synchronization
import Testing
import TomAudio
import TomStore

/// A directory that is gone with the test.
final class TemporaryDirectory: Sendable {
    let path: String
    init() {
        path = NSTemporaryDirectory() + "tom-store-" + UUID().uuidString
        mkdir(path, 0o700)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

func draft(_ id: String, name: String? = nil, milliseconds: Int = 100) -> MessageDraft {
    let tone = (0..<(16 * milliseconds)).map { Int16(truncatingIfNeeded: $0 * 37) }
    return MessageDraft(
        id: id, time: Date(timeIntervalSince1970: 1_790_000_000.25), callID: "call:1", agent: "receptionist.en",
        name: name,
        number: "+49301234", concern: nil,
        recordings: milliseconds == 0 ? [] : [.init(part: "concern", samples: tone, rate: .hz16000)])
}

@Suite struct MessageStoreTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path + "/messages" }
    private var file: String { path + "/messages.jsonl" }

    private func lines() throws -> [String] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
    }

    @Test func aMessageIsOneLineAndItsAudioAFile() throws {
        let store = try MessageStore(directory: path)
        let message = try store.append(draft("m1", name: "Ada \"Lovelace\"\nLine / ü"))
        #expect(message.time == "2026-09-21T14:13:20.250Z")
        #expect(try lines().count == 2 && lines().last == "", "one line and its line feed")
        let line = [
            #"{"agent":"receptionist.en","call_id":"call:1""#,
            #""confirmed":true,"id":"m1","name":"Ada \"Lovelace\"\nLine / ü""#,
            #""number":"+49301234""#,
            #""recordings":[{"duration_ms":100,"file":"m1-concern.wav","part":"concern"}]"#,
            #""time":"2026-09-21T14:13:20.250Z"}"#,
        ].joined(separator: ",")
        #expect(try lines()[0] == line)
        #expect(try store.list(limit: 10) == [message])
        let wav = try #require(store.path(ofRecording: "m1-concern.wav"))
        let audio = try WAV.read(Array(try Data(contentsOf: URL(filePath: wav))))
        #expect(audio.samples == draft("m1").recordings[0].samples)
        #expect(audio.rate == .hz16000)
    }

    @Test func filesAreTheOwnersOnly() throws {
        let store = try MessageStore(directory: path)
        try store.append(draft("m1"))
        let wav = try #require(store.path(ofRecording: "m1-concern.wav"))
        for (path, mode) in [(path, 0o700), (path + "/recordings", 0o700), (file, 0o600), (wav, 0o600)]
            as [(String, mode_t)]
        {
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == mode, "\(path)")
        }
    }

    @Test func theLatestComeFirst() throws {
        let store = try MessageStore(directory: path)
        for number in 1...300 {
            try store.append(draft("m\(number)", name: String(repeating: "n", count: 700), milliseconds: 0))
        }
        #expect(try store.list(limit: 3).map(\.id) == ["m300", "m299", "m298"])
        #expect(try store.list(limit: 1_000).map(\.id) == (1...300).reversed().map { "m\($0)" })
        #expect(try store.list(limit: 0).isEmpty && store.list(limit: -1).isEmpty)
    }

    @Test func everythingIsThereAfterReopening() throws {
        do { try MessageStore(directory: path).append(draft("m1")) }
        let store = try MessageStore(directory: path)
        try store.append(draft("m2"))
        #expect(store.tornBytes == 0)
        #expect(try store.list(limit: 10).map(\.id) == ["m2", "m1"])
    }

    /// A crash can leave any part of the last line.
    @Test func aTornLineIsCutOffAndNeverGlued() throws {
        do {
            let store = try MessageStore(directory: path)
            try store.append(draft("m1"))
            try store.append(draft("m2"))
        }
        let whole = try Data(contentsOf: URL(filePath: file))
        let second = try #require(whole.firstIndex(of: 10)) + 1
        for end in stride(from: second, to: whole.count, by: 7) {
            try whole.prefix(end).write(to: URL(filePath: file))
            let store = try MessageStore(directory: path)
            #expect(store.tornBytes == end - second)
            try store.append(draft("m3", milliseconds: 0))
            #expect(try store.list(limit: 10).map(\.id) == ["m3", "m1"])
        }
    }

    @Test func aWholeLineWithoutItsLineFeedIsKept() throws {
        do { try MessageStore(directory: path).append(draft("m1")) }
        let whole = try Data(contentsOf: URL(filePath: file))
        try whole.dropLast().write(to: URL(filePath: file))
        let store = try MessageStore(directory: path)
        #expect(store.tornBytes == 0)
        try store.append(draft("m2", milliseconds: 0))
        #expect(try store.list(limit: 10).map(\.id) == ["m2", "m1"])
    }

    @Test func damagedLinesAreLeftOut() throws {
        do { try MessageStore(directory: path).append(draft("m1")) }
        let damage = Data("not json\n{}\n\n[1]\n".utf8) + Data(repeating: 65, count: 200_000) + Data("\n".utf8)
        try (damage + Data(contentsOf: URL(filePath: file)) + damage).write(to: URL(filePath: file))
        #expect(try MessageStore(directory: path).list(limit: 10).map(\.id) == ["m1"])
    }

    @Test func halfWrittenRecordingsAreRemovedAtOpen() throws {
        do { try MessageStore(directory: path).append(draft("m1")) }
        let half = path + "/recordings/m2-concern.wav.part"
        try Data([1, 2, 3]).write(to: URL(filePath: half))
        let store = try MessageStore(directory: path)
        #expect(access(half, F_OK) != 0)
        #expect(access(try #require(store.path(ofRecording: "m1-concern.wav")), F_OK) == 0)
    }

    @Test func aMovedFileIsFollowed() throws {
        let store = try MessageStore(directory: path)
        try store.append(draft("m1"))
        #expect(rename(file, file + ".1") == 0)
        try store.append(draft("m2"))
        #expect(try store.list(limit: 10).map(\.id) == ["m2"])
    }

    @Test func appendsFromManyThreadsAreAllThere() throws {
        let store = try MessageStore(directory: path)
        let failures = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 60) { number in
            do { try store.append(draft("m\(number)", milliseconds: 20)) } catch { failures.withLock { $0 += 1 } }
        }
        #expect(failures.withLock { $0 } == 0)
        #expect(Set(try store.list(limit: 100).map(\.id)) == Set((0..<60).map { "m\($0)" }))
        #expect(try lines().count == 61)
    }

    @Test func twoProcessesCannotShareAStore() throws {
        let first = try MessageStore(directory: path)
        // `flock` belongs to the open file, so a second opening in this process stands for another process.
        let error = #expect(throws: StoreError.self) { try MessageStore(directory: path) }
        #expect(error?.code == "store.locked")
        #expect(first.tornBytes == 0)
    }

    @Test(arguments: ["", "a/b", "../x", "a.b", "ü", String(repeating: "a", count: 65)])
    func idsThatAreNoFileNamesAreRefused(
        id: String
    ) throws {
        let store = try MessageStore(directory: path)
        let error = #expect(throws: StoreError.self) { try store.append(draft(id)) }
        #expect(error?.code == "store.invalid_message")
        #expect(store.path(ofRecording: id + ".wav") == nil || id.utf8.count == 65)
        #expect(try store.list(limit: 1).isEmpty)
    }

    @Test func anIDIsUsedOnce() throws {
        let store = try MessageStore(directory: path)
        let message = try store.append(draft("m1", milliseconds: 100))
        let error = #expect(throws: StoreError.self) { try store.append(draft("m1", milliseconds: 200)) }
        #expect(error?.code == "store.invalid_message")
        #expect(try store.list(limit: 10) == [message])
        let wav = try #require(store.path(ofRecording: "m1-concern.wav"))
        #expect(try Data(contentsOf: URL(filePath: wav)).count == 44 + 3_200, "the first message's audio is untouched")
    }

    @Test func aMessageOfUnboundedLengthIsRefused() throws {
        let store = try MessageStore(directory: path)
        let error = #expect(throws: StoreError.self) {
            try store.append(draft("m1", name: String(repeating: "n", count: 70_000)))
        }
        #expect(error?.code == "store.invalid_message")
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/recordings").isEmpty)
    }

    @Test func aMissingParentSaysWhatToDo() {
        let error = #expect(throws: StoreError.self) { try MessageStore(directory: "/nonexistent/messages") }
        #expect(error?.code == "store.io")
        #expect(error?.hint?.isEmpty == false)
    }
}

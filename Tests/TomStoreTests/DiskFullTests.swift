import Foundation
import Glibc
import Testing
import TomErrors
import TomStore

/// What a full disk does: the message is refused as a whole, and everything before it stays.
@Suite struct DiskFullTests {
    private static func check(_ store: MessageStore, in directory: String, fill: () -> Void, free: () -> Void) throws {
        let kept = try store.append(draft("kept"))
        fill()
        let error = #expect(throws: StoreError.self) { try store.append(draft("lost", milliseconds: 4_000)) }
        #expect(error?.code == "store.disk_full")
        #expect(error?.category == .quota)
        #expect(error?.hint?.contains("Free space") == true)
        #expect(try store.list(limit: 10) == [kept])
        let recordings = try FileManager.default.contentsOfDirectory(atPath: directory + "/recordings")
        #expect(recordings == ["kept-concern.wav"], "nothing of the refused message is left")
        let log = try Data(contentsOf: URL(filePath: directory + "/messages.jsonl"))
        #expect(log.last == 10 && log.count { $0 == 10 } == 1, "no part of a line is left")
        free()
        let after = try store.append(draft("lost", milliseconds: 4_000))
        #expect(try store.list(limit: 10) == [after, kept])
    }

    /// A file size limit stops the recording in the middle of its write, in a process of its own.
    @Test func theLimitHitsARecording() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let directory = TemporaryDirectory()
            let store = try MessageStore(directory: directory.path)
            let unlimited = rlim_t.max
            try DiskFullTests.check(
                store, in: directory.path,
                fill: {
                    var limit = rlimit(rlim_cur: 20_000, rlim_max: unlimited)
                    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
                },
                free: {
                    var limit = rlimit(rlim_cur: unlimited, rlim_max: unlimited)
                    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
                })
        }
    }

    /// The limit lies inside the next line, so that only a part of it can be written.
    @Test func theLimitHitsTheLine() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let directory = TemporaryDirectory()
            let store = try MessageStore(directory: directory.path)
            for number in 1...20 { try store.append(draft("m\(number)", milliseconds: 0)) }
            let size = try Data(contentsOf: URL(filePath: directory.path + "/messages.jsonl")).count
            var limit = rlimit(rlim_cur: rlim_t(size + 40), rlim_max: rlim_t.max)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let error = #expect(throws: StoreError.self) { try store.append(draft("lost", milliseconds: 10)) }
            #expect(error?.code == "store.disk_full")
            #expect(try Data(contentsOf: URL(filePath: directory.path + "/messages.jsonl")).count == size)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/recordings").isEmpty)
            limit.rlim_cur = rlim_t.max
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            try store.append(draft("m21", milliseconds: 0))
            #expect(try store.list(limit: 100).map(\.id) == (1...21).reversed().map { "m\($0)" })
        }
    }

    /// A real full file system; mounting one takes root.
    @Test(.enabled(if: mayMount, "mounting a file system takes root"))
    func theFileSystemIsFull() throws {
        let directory = TemporaryDirectory()
        try #require(mount("tmpfs", directory.path, "tmpfs", 0, "size=256k") == 0)
        defer { umount2(directory.path, Int32(MNT_DETACH)) }
        let store = try MessageStore(directory: directory.path + "/messages")
        let ballast = directory.path + "/ballast"
        try DiskFullTests.check(
            store, in: directory.path + "/messages",
            fill: {
                let descriptor = open(ballast, O_WRONLY | O_CREAT, 0o600)
                let block = [UInt8](repeating: 1, count: 4_096)
                while write(descriptor, block, block.count) > 0 {}
                close(descriptor)
            },
            free: { unlink(ballast) })
    }
}

/// In CI the test runs, and fails where it cannot mount: nothing is skipped there.
private let mayMount = geteuid() == 0 || ProcessInfo.processInfo.environment["CI"] == "true"

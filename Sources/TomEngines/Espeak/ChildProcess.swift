package import Glibc

/// A program that reads its standard input from, and writes its standard output to, pipes of ours.
///
/// This is `posix_spawn` and not swift-subprocess 1.0.2 for two reasons. That starts children by `clone3` without
/// `CLONE_VM`, which copies the page tables of the whole server for every sentence and makes each page that a call
/// touches afterwards fault once, while `posix_spawn` shares the memory until the program runs. And its runs live on
/// Swift's cooperative pool, where a sentence waits behind whatever else runs there, while here one bounded thread
/// serves it.
///
/// The owner calls ``reap(until:)`` exactly once; before that `processID` names this process and no other.
package struct ChildProcess: ~Copyable {
    package let processID: pid_t
    /// Write end, non-blocking; closed by ``closeInput()``.
    package private(set) var input: CInt
    /// Read end, non-blocking.
    package let output: CInt

    /// Starts `executable` with `arguments`, its own process group, no open files but the pipes and standard error,
    /// and nothing of the server's environment, where keys may be.
    /// - Parameter readsErrors: whether standard error comes out of ``output`` too; otherwise it is discarded.
    /// - Returns: the process, or the `errno` that says why there is none.
    package static func spawn(
        executable: String, arguments: [String], readsErrors: Bool = false
    ) -> Result<ChildProcess, SpawnFailure> {
        guard let stdin = Pipe() else { return .failure(SpawnFailure(code: errno)) }
        guard let stdout = Pipe() else {
            let code = errno
            stdin.close()
            return .failure(SpawnFailure(code: code))
        }
        var processID = pid_t()
        let ends = (stdin: stdin.readEnd, stdout: stdout.writeEnd, stderr: readsErrors ? stdout.writeEnd : nil)
        let result = run(&processID, executable, arguments, ends)
        close(stdin.readEnd)
        close(stdout.writeEnd)
        guard result == 0 else {
            close(stdin.writeEnd)
            close(stdout.readEnd)
            return .failure(SpawnFailure(code: result))
        }
        _ = fcntl(stdin.writeEnd, F_SETFL, O_NONBLOCK)
        _ = fcntl(stdout.readEnd, F_SETFL, O_NONBLOCK)
        return .success(ChildProcess(processID: processID, input: stdin.writeEnd, output: stdout.readEnd))
    }

    package struct SpawnFailure: Error {
        package let code: CInt
    }

    /// Tells the program that there is no more input.
    package mutating func closeInput() {
        guard input >= 0 else { return }
        close(input)
        input = -1
    }

    /// Ends the program and whatever it started at once. Safe from any thread before ``reap(until:)`` begins.
    package static func kill(_ processID: pid_t) {
        _ = Glibc.kill(-processID, SIGKILL)
    }

    deinit {
        if input >= 0 { close(input) }
        close(output)
    }
}

/// `posix_spawn_file_actions_addclosefrom_np`, in glibc since 2.34, which Swift does not see because its declaration
/// asks for `_GNU_SOURCE`.
private let addCloseFrom: AddCloseFrom? =
    dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map { unsafeBitCast($0, to: AddCloseFrom.self) }
private typealias AddCloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, CInt) -> CInt

extension ChildProcess {
    /// Two ends, both closed in the programs that others start. (Swift sees no `pipe2`; that another thread starts a
    /// program between the two calls is harmless, because ours close everything themselves.)
    private struct Pipe {
        let readEnd: CInt
        let writeEnd: CInt
        init?() {
            var ends: [CInt] = [-1, -1]
            guard pipe(&ends) == 0 else { return nil }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            (readEnd, writeEnd) = (ends[0], ends[1])
        }
        func close() {
            Glibc.close(readEnd)
            Glibc.close(writeEnd)
        }
    }

    private static func run(
        _ processID: inout pid_t, _ executable: String, _ arguments: [String],
        _ ends: (stdin: CInt, stdout: CInt, stderr: CInt?)
    ) -> CInt {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends.stdin, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends.stdout, STDOUT_FILENO)
        if let stderr = ends.stderr {
            posix_spawn_file_actions_adddup2(&actions, stderr, STDERR_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        }
        // Sockets of calls are not all marked close-on-exec; a child must not hold them open.
        if let addCloseFrom { _ = addCloseFrom(&actions, 3) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        var argv: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("LC_ALL=C.UTF-8"), strdup("PATH=/usr/bin:/bin"), nil]
        defer { for string in argv + environment { free(string) } }
        return posix_spawn(&processID, executable, &actions, &attributes, &argv, &environment)
    }
}

extension ChildProcess {
    /// How a program ended.
    package enum Exit: Equatable {
        case status(Int)
        case signal(Int)
        /// It did not end in time and was killed.
        case overdue
    }

    /// Waits for the end of the program, which has closed its output or been killed, and frees its process id. What
    /// is still there at `deadline` is killed.
    package func reap(until deadline: ContinuousClock.Instant) -> Exit {
        var status: CInt = 0
        var pause: UInt32 = 50
        var overdue = false
        while true {
            let result = waitpid(processID, &status, overdue ? 0 : WNOHANG)
            if result == processID { break }
            if result < 0, errno != EINTR { return .status(0) }
            if overdue { continue }
            if ContinuousClock.now >= deadline {
                ChildProcess.kill(processID)
                overdue = true
            } else {
                // A program that has closed its output ends within microseconds; waiting longer is the exception.
                usleep(pause)
                pause = min(pause * 2, 5_000)
            }
        }
        if overdue { return .overdue }
        let signal = Int(status & 0x7F)
        return signal == 0 ? .status(Int(status >> 8) & 0xFF) : .signal(signal)
    }
}

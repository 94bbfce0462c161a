import TomErrors

/// Builds the server's object graph from the settings and runs it.
struct Serve {
    private let settings: Settings

    init(_ settings: Settings) { self.settings = settings }

    /// Serves until the process is told to stop.
    func run() async throws {
        throw ServeError(
            message: "the server is not part of this build, which would listen on \(settings.listening.host).")
    }
}

/// Why the server did not start.
struct ServeError: DescribedError {
    let message: String
    var code: String { "serve.unavailable" }
    var hint: String? { nil }
    var category: ErrorCategory { .server }
}

import COnnxRuntime
import Glibc
public import TomEngines

/// ONNX Runtime, loaded when it is asked for: TOM links nothing of it.
///
/// Loaded once it stays for the life of the process: the library does not take being unloaded.
public final class OnnxRuntime: Sendable {
    /// What was loaded, as it was asked for.
    public let path: String
    /// The library's own version: `1.22.0`.
    public let version: String
    // The library's table is constant, and its environment and memory descriptions may be used from any thread.
    nonisolated(unsafe) let api: OnnxTable
    nonisolated(unsafe) let environment: OpaquePointer
    nonisolated(unsafe) let memory: OpaquePointer

    /// Names given to the loader, which looks where the system keeps libraries, and places it does not look in.
    static let usualPlaces = [
        "libonnxruntime.so", "libonnxruntime.so.1", "/usr/local/lib/libonnxruntime.so",
        "/opt/onnxruntime/lib/libonnxruntime.so",
    ]

    /// Loads the library.
    ///
    /// - Parameters:
    ///   - path: the library's file; `nil` looks in the usual places.
    ///   - stage: what it is wanted for, `vad` or `turn_end`: errors begin with it.
    /// - Throws: `<stage>.library_missing`, `<stage>.library_unusable`.
    public convenience init(path: String?, stage: String) throws(EngineError) {
        try self.init(places: path.map { [$0] } ?? Self.usualPlaces, stage: stage)
    }

    /// Loads the library of the first of several places that has one.
    init(places: [String], stage: String) throws(EngineError) {
        let (library, found) = try Self.open(places, stage)
        guard let entry = dlsym(library, "OrtGetApiBase") else {
            throw .libraryUnusable(stage, path: found, why: "it has no OrtGetApiBase")
        }
        var version: UnsafePointer<CChar>?
        guard let api = onnx_table(entry, &version) else {
            throw .libraryUnusable(stage, path: found, why: "it does not offer version 1 of its API")
        }
        var environment: OpaquePointer?
        var memory: OpaquePointer?
        let failure =
            Self.message(onnx_make_environment(api, &environment), api)
            ?? Self.message(onnx_make_memory(api, &memory), api)
        guard failure == nil, let environment, let memory else {
            throw .libraryUnusable(stage, path: found, why: failure ?? "it makes no environment")
        }
        self.path = found
        self.version = version.map { String(cString: $0) } ?? "unknown"
        self.api = api
        self.environment = environment
        self.memory = memory
    }

    private static func open(
        _ places: [String], _ stage: String
    ) throws(EngineError) -> (handle: UnsafeMutableRawPointer, place: String) {
        do throws(SharedLibrary.Failure) {
            return try SharedLibrary.open(places)
        } catch {
            // A file that is there and does not load is another fault than one that is not there.
            guard let present = error.present else { throw .libraryMissing(stage, tried: places) }
            throw .libraryUnusable(stage, path: present, why: error.reason)
        }
    }

    /// The first line of a status's text; `nil` for success. Frees the status.
    func message(_ status: OpaquePointer?) -> String? { Self.message(status, api) }

    private static func message(_ status: OpaquePointer?, _ api: OnnxTable) -> String? {
        guard let status else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            onnx_take_message(api, status, text.baseAddress, text.count)
            let whole = String(cString: text.baseAddress!)
            return whole.split(separator: "\n").first.map(String.init) ?? "ONNX Runtime gives no reason"
        }
    }
}

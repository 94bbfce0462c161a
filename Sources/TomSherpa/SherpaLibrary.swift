import CSherpaOnnx
import Glibc
import TomEngines

/// sherpa-onnx's library, loaded into the process, and the functions of it that are used.
///
/// It is never unloaded: ONNX Runtime keeps threads of its own. Unchecked, because addresses of functions do not
/// change.
final class SherpaLibrary: @unchecked Sendable {
    /// Where the loader found it.
    let path: String
    let version: String

    let onlineCreate: tom_sherpa_online_create_f
    let onlineDestroy: tom_sherpa_destroy_f
    let onlineStream: tom_sherpa_stream_create_f
    let onlineStreamDestroy: tom_sherpa_destroy_f
    let onlineAccept: tom_sherpa_accept_f
    let onlineInputFinished: tom_sherpa_input_finished_f
    let onlineReady: tom_sherpa_ready_f
    let onlineDecode: tom_sherpa_decode_many_f
    let onlineResult: tom_sherpa_online_result_f
    let onlineResultDestroy: tom_sherpa_result_destroy_f

    let offlineCreate: tom_sherpa_offline_create_f
    let offlineDestroy: tom_sherpa_destroy_f
    let offlineSetConfig: tom_sherpa_offline_set_config_f
    let offlineStream: tom_sherpa_stream_create_f
    let offlineStreamDestroy: tom_sherpa_destroy_f
    let offlineAccept: tom_sherpa_accept_f
    let offlineDecode: tom_sherpa_decode_one_f
    let offlineResult: tom_sherpa_offline_result_f
    let offlineResultDestroy: tom_sherpa_result_destroy_f

    let voiceCreate: tom_sherpa_voice_create_f
    let voiceDestroy: tom_sherpa_destroy_f
    let voiceSampleRate: tom_sherpa_number_f
    let voiceSpeakers: tom_sherpa_number_f
    let voiceGenerate: tom_sherpa_generate_f
    let audioDestroy: tom_sherpa_audio_destroy_f

    let voiceActivity: VoiceActivity

    /// - Parameter path: of `libsherpa-onnx-c-api.so`; `nil` searches where installers put it.
    /// - Throws: `<stage>.library_missing`, `<stage>.library_version`.
    init(path: String?, stage: SherpaStage) throws(EngineError) {
        let handle = try Self.open(path, stage)
        let functions = Functions(handle: handle.pointer, path: handle.path, stage: stage)
        let getVersion: tom_sherpa_version_f = try functions.find("GetVersionStr")
        version = getVersion().map { String(cString: $0) } ?? "without a version"
        guard SherpaVersion.supported.contains(version) else {
            throw .libraryVersion(stage, path: handle.path, found: version)
        }
        self.path = handle.path
        onlineCreate = try functions.find("CreateOnlineRecognizer")
        onlineDestroy = try functions.find("DestroyOnlineRecognizer")
        onlineStream = try functions.find("CreateOnlineStream")
        onlineStreamDestroy = try functions.find("DestroyOnlineStream")
        onlineAccept = try functions.find("OnlineStreamAcceptWaveform")
        onlineInputFinished = try functions.find("OnlineStreamInputFinished")
        onlineReady = try functions.find("IsOnlineStreamReady")
        onlineDecode = try functions.find("DecodeMultipleOnlineStreams")
        onlineResult = try functions.find("GetOnlineStreamResult")
        onlineResultDestroy = try functions.find("DestroyOnlineRecognizerResult")
        offlineCreate = try functions.find("CreateOfflineRecognizer")
        offlineDestroy = try functions.find("DestroyOfflineRecognizer")
        offlineSetConfig = try functions.find("OfflineRecognizerSetConfig")
        offlineStream = try functions.find("CreateOfflineStream")
        offlineStreamDestroy = try functions.find("DestroyOfflineStream")
        offlineAccept = try functions.find("AcceptWaveformOffline")
        offlineDecode = try functions.find("DecodeOfflineStream")
        offlineResult = try functions.find("GetOfflineStreamResult")
        offlineResultDestroy = try functions.find("DestroyOfflineRecognizerResult")
        voiceCreate = try functions.find("CreateOfflineTts")
        voiceDestroy = try functions.find("DestroyOfflineTts")
        voiceSampleRate = try functions.find("OfflineTtsSampleRate")
        voiceSpeakers = try functions.find("OfflineTtsNumSpeakers")
        voiceGenerate = try functions.find("OfflineTtsGenerateWithConfig")
        audioDestroy = try functions.find("DestroyOfflineTtsGeneratedAudio")
        voiceActivity = try VoiceActivity(functions)
    }

    /// Looks functions up.
    struct Functions {
        let handle: UnsafeMutableRawPointer
        let path: String
        let stage: SherpaStage

        /// - Parameter Function: the type of the function called `name` in C.
        func find<Function>(_ name: String) throws(EngineError) -> Function {
            guard let address = dlsym(handle, "SherpaOnnx" + name) else {
                throw .libraryMissing(stage, tried: path, reason: "it has no function SherpaOnnx\(name)")
            }
            return unsafeBitCast(address, to: Function.self)
        }
    }
}

extension SherpaLibrary {
    private static let fileName = "libsherpa-onnx-c-api.so"
    /// Where `pip` as root, and people by hand, put it; the loader's own places come first.
    private static let usualPlaces = [
        "/usr/local/lib/\(fileName)", "/opt/sherpa-onnx/lib/\(fileName)",
        "/usr/local/lib/python3*/dist-packages/sherpa_onnx/lib/\(fileName)",
        "/usr/local/lib/python3*/site-packages/sherpa_onnx/lib/\(fileName)",
        "/usr/lib/python3*/dist-packages/sherpa_onnx/lib/\(fileName)",
    ]

    private static func open(
        _ path: String?, _ stage: SherpaStage
    ) throws(EngineError) -> (pointer: UnsafeMutableRawPointer, path: String) {
        do throws(SharedLibrary.Failure) {
            let (handle, place) = try SharedLibrary.open(path.map { [$0] } ?? [fileName] + usualPlaces.flatMap(matches))
            return (handle, location(handle) ?? place)
        } catch {
            throw .libraryMissing(stage, tried: path ?? error.present ?? fileName, reason: error.reason)
        }
    }

    /// The files that `pattern` stands for, the last by name first: the newest Python.
    private static func matches(_ pattern: String) -> [String] {
        var result = glob_t()
        defer { globfree(&result) }
        guard glob(pattern, 0, nil, &result) == 0, let paths = result.gl_pathv else { return [] }
        return (0..<Int(result.gl_pathc)).reversed().compactMap { paths[$0].map { String(cString: $0) } }
    }

    /// The file that the loader took, by an address in it.
    private static func location(_ handle: UnsafeMutableRawPointer) -> String? {
        guard let address = dlsym(handle, "SherpaOnnxGetVersionStr") else { return nil }
        return tom_sherpa_file_of(address).map { String(cString: $0) }
    }
}

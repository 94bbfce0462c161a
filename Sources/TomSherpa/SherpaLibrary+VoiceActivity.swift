import CSherpaOnnx
import TomEngines

extension SherpaLibrary {
    /// The functions of its voice activity detector.
    struct VoiceActivity {
        let create: tom_sherpa_vad_create_f
        let destroy: tom_sherpa_destroy_f
        let accept: tom_sherpa_vad_accept_f
        /// Whether there is speech now.
        let detected: tom_sherpa_vad_flag_f
        /// Ends the stretch of speech that goes on, and keeps it for whoever asks; the model goes on where it is.
        let flush: tom_sherpa_vad_action_f
        /// Forgets the stretches of speech that are kept.
        let clear: tom_sherpa_vad_action_f
        /// Begins anew, the model too.
        let reset: tom_sherpa_vad_action_f

        init(_ functions: Functions) throws(EngineError) {
            create = try functions.find("CreateVoiceActivityDetector")
            destroy = try functions.find("DestroyVoiceActivityDetector")
            accept = try functions.find("VoiceActivityDetectorAcceptWaveform")
            detected = try functions.find("VoiceActivityDetectorDetected")
            flush = try functions.find("VoiceActivityDetectorFlush")
            clear = try functions.find("VoiceActivityDetectorClear")
            reset = try functions.find("VoiceActivityDetectorReset")
        }
    }
}

public import TomErrors

/// Why audio cannot be read or converted.
public enum AudioError: DescribedError, Equatable {
    /// There is no conversion between these two rates; see ``SampleRate/supported``.
    case unsupportedConversion(from: SampleRate, to: SampleRate)
    /// The resampling library could not set up its filter, with the library's own reason.
    case resamplerUnavailable(reason: String)
    /// The bytes are not a WAV file, or one that is broken before its samples begin.
    case malformedWAV(reason: String)
    /// A WAV file that is well formed but of a kind TOM does not read.
    case unsupportedWAV(reason: String)

    public var code: String {
        switch self {
        case .unsupportedConversion: "audio.unsupported_conversion"
        case .resamplerUnavailable: "audio.resampler_unavailable"
        case .malformedWAV: "audio.malformed_wav"
        case .unsupportedWAV: "audio.unsupported_wav"
        }
    }

    public var message: String {
        switch self {
        case .unsupportedConversion(let from, let to): "No conversion from \(from) to \(to)."
        case .resamplerUnavailable(let reason): "The resampler could not start: \(reason)."
        case .malformedWAV(let reason): "Not a readable WAV file: \(reason)."
        case .unsupportedWAV(let reason): "This kind of WAV file is not supported: \(reason)."
        }
    }

    public var hint: String? {
        switch self {
        case .unsupportedConversion:
            "Use one of \(SampleRate.supported.map { String($0.hertz) }.joined(separator: ", ")) Hz."
        case .resamplerUnavailable: "Check that the machine has memory left."
        case .malformedWAV: "Give a complete RIFF/WAVE file."
        case .unsupportedWAV: "Convert it, for example with `sox in.wav -b 16 -e signed out.wav`."
        }
    }

    public var category: ErrorCategory {
        switch self {
        case .unsupportedConversion, .malformedWAV, .unsupportedWAV: .invalidRequest
        case .resamplerUnavailable: .server
        }
    }
}

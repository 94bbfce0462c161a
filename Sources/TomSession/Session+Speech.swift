import TomAudio
import TomConversation
import TomEngines

/// Calls whose engine hears and speaks by itself.
extension Session {
    static func engines(of profile: CallProfile, _ speech: (any SpeechModelCall)?) -> CallEngines {
        guard let speech else { return profile.engines }
        var engines = profile.engines
        engines.transcriber = MeteredTranscriber(speech.transcriber)
        engines.languageModel = MeteredLanguageModel(speech.languageModel)
        return engines
    }

    /// Where a generation reports to; audio is brought to the output rate on the engine's own thread.
    func generationDelivery(_ id: GenerationID, _ lane: ResultLane) -> @Sendable (ResponseEvent) -> Void {
        guard speech != nil else { return { lane.deliver(.generation(id, $0)) } }
        // Untrimmed: what was heard is counted from the beginning of the model's own audio.
        let converter = ReplyConverter(to: options.output.sampleRate, trimsSilence: false)
        return { event in
            switch event {
            case .audio(let samples, let rate):
                let output = converter.convert(.audio(samples, rate: rate))
                if !output.samples.isEmpty { lane.deliver(.speech(id, output.samples)) }
            case .finished:
                let tail = converter.convert(.finished).samples
                if !tail.isEmpty { lane.deliver(.speech(id, tail)) }
                lane.deliver(.generation(id, event))
            default: lane.deliver(.generation(id, event))
            }
        }
    }

    func speechReported(_ id: GenerationID, _ samples: [Int16]) {
        guard generation?.id == id else { return }
        ownSpeech.append(samples)
        apply(.responseAudio(id, samples: samples.count))
    }

    func playOwnSpeech(from: Int, samples: Int) {
        ownSpeech.take(from: from, samples: samples) { playout.append($0) }
    }
}

/// The audio that a speech model made for the current response, kept until the response is over: a reply that was cut
/// off by a noise goes on with it.
///
/// Its bound is the core's `maxSentenceAudio`.
struct OwnSpeechAudio {
    private var chunks: [(start: Int, samples: [Int16])] = []
    private var count = 0

    mutating func append(_ samples: [Int16]) {
        chunks.append((count, samples))
        count += samples.count
    }

    mutating func clear() {
        chunks.removeAll()
        count = 0
    }

    /// Hands out a piece, chunk by chunk; a whole chunk is shared, not copied.
    func take(from: Int, samples: Int, _ body: ([Int16]) -> Void) {
        let end = from + samples
        // The piece that just came is the usual one.
        var first = chunks.count
        while first > 0, chunks[first - 1].start + chunks[first - 1].samples.count > from { first -= 1 }
        for chunk in chunks[first...] {
            guard chunk.start < end else { return }
            let range = max(from - chunk.start, 0)..<min(end - chunk.start, chunk.samples.count)
            body(range.count == chunk.samples.count ? chunk.samples : Array(chunk.samples[range]))
        }
    }
}

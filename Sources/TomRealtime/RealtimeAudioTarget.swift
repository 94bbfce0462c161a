import TomWire

/// Where the audio of a response goes: everything of a `response.output_audio.delta` but the audio and the event's id,
/// as bytes, so that it is not written anew for each piece.
public struct RealtimeAudioTarget: Sendable, Equatable {
    /// Up to the quote before the audio.
    let head: [UInt8]

    init(_ place: RealtimeContentPlace, dialect: RealtimeDialect) {
        var bytes: [UInt8] = []
        JSONWriter.append(to: &bytes) { writer in
            writer.object { writer in
                writer.field("type", RealtimeServerEvent.Name.audioDelta.spelling(in: dialect))
                writer.write(place)
                writer.field("delta", "")
            }
        }
        // Less the quote and the brace at the end.
        head = bytes.dropLast(2)
    }
}

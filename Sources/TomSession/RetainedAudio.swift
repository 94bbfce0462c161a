import TomAudio
import TomConversation

/// The latest audio of a call's items, for a client that asks for an item with its audio.
///
/// Bounded for the whole call: the oldest item's audio makes room. An item that alone exceeds the bound is not kept.
struct RetainedAudio {
    enum Owner: Hashable {
        case turn(TurnID)
        case response(ResponseID)
    }

    private struct Entry {
        let owner: Owner
        let format: AudioFormat
        var bytes: [UInt8]
        var isWhole = true
    }

    /// A minute of the caller, or 43 s of TOM at 24 kHz.
    static let maxBytes = 2 * 1_048_576
    private var entries: [Entry] = []
    private var count = 0

    /// Begins to keep the audio of `owner`.
    mutating func begin(_ owner: Owner, format: AudioFormat) {
        discard(owner)
        entries.append(Entry(owner: owner, format: format, bytes: []))
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer, to owner: Owner) {
        guard let index = entries.lastIndex(where: { $0.owner == owner }), entries[index].isWhole else { return }
        entries[index].bytes.append(contentsOf: bytes)
        count += bytes.count
        while count > Self.maxBytes, let first = entries.first {
            count -= first.bytes.count
            if first.owner == owner {
                entries[0].bytes = []
                entries[0].isWhole = false
                return
            }
            entries.removeFirst()
        }
    }

    mutating func discard(_ owner: Owner) {
        entries.removeAll { entry in
            guard entry.owner == owner else { return false }
            count -= entry.bytes.count
            return true
        }
    }

    /// Drops all but the first `ms` milliseconds.
    mutating func cut(_ owner: Owner, toMs ms: Int) {
        guard let index = entries.firstIndex(where: { $0.owner == owner }) else { return }
        let kept = min(entries[index].format.bytes(forMs: ms), entries[index].bytes.count)
        count -= entries[index].bytes.count - kept
        entries[index].bytes.removeLast(entries[index].bytes.count - kept)
    }

    /// The audio of `owner` and its format; `nil` when it was not, or not wholly, kept.
    func audio(of owner: Owner) -> (bytes: [UInt8], format: AudioFormat)? {
        guard let entry = entries.first(where: { $0.owner == owner }), entry.isWhole else { return nil }
        return (entry.bytes, entry.format)
    }
}

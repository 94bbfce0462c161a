/// Judges names that are no setting.
enum SettingNames {
    /// First words of settings that names of other programs begin with too.
    private static let sharedWords: Set<Substring> = [
        "ALLOW", "COST", "DATA", "DEV", "DRAIN", "ENGINE", "EVENT", "FALSE", "IDLE", "JOURNAL", "LOG", "MAX", "RATE",
        "TOOL", "TURN",
    ]

    /// Beginnings that only settings of TOM have: their first word, or two where the first is shared.
    private static let prefixes =
        ["TOM_"]
        + Set(
            SettingCatalog.all.compactMap { key in
                let words = key.name.split(separator: "_")
                let own = sharedWords.contains(words[0]) ? 2 : 1
                return words.count > own ? words.prefix(own).joined(separator: "_") + "_" : nil
            }
        ).sorted()

    /// Whether `name` is meant for TOM: it begins like a setting, or is one or two letters from being one.
    static func looksLikeOurs(_ name: String) -> Bool {
        prefixes.contains { name.hasPrefix($0) } || (name.utf8.count > 6 && nearest(to: name) != nil)
    }

    /// Whether `name` may be meant for TOM, or for another program.
    static func mayBeOurs(_ name: String) -> Bool {
        let words = name.split(separator: "_", maxSplits: 1)
        return words.count == 2 && sharedWords.contains(words[0])
    }

    /// The setting at most two edits away from `name`; `nil` when there is none.
    static func nearest(to name: String) -> String? {
        let candidates = SettingCatalog.all.map { (name: $0.name, distance: distance(name.uppercased(), $0.name)) }
        guard let best = candidates.min(by: { $0.distance < $1.distance }), best.distance <= 2 else { return nil }
        return best.name
    }

    /// Levenshtein's distance in bytes. Complexity: O(n m), after a bound on the difference in length.
    static func distance(_ first: String, _ second: String) -> Int {
        let a = Array(first.utf8), b = Array(second.utf8)
        if abs(a.count - b.count) > 2 { return Int.max }
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}

import Glibc

/// C strings that live as long as this does, for structures that the library copies from.
final class CStrings {
    private var strings: [UnsafeMutablePointer<CChar>] = []

    /// `text` in memory of its own; `nil` when there is not enough.
    func callAsFunction(_ text: String) -> UnsafePointer<CChar>? {
        guard let copy = strdup(text) else { return nil }
        strings.append(copy)
        return UnsafePointer(copy)
    }

    deinit { for string in strings { free(string) } }
}

import Foundation

/// The home directory of the user TOM runs as.
enum HomeDirectory {
    /// `nil` where the environment names none.
    static var path: String? {
        let path = FileManager.default.homeDirectoryForCurrentUser.path
        return path.isEmpty ? nil : path
    }
}

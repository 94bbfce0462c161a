import Foundation
import Glibc

/// Loads libraries that TOM does not link.
public enum SharedLibrary {
    /// Why none of the places has a library that loads.
    public struct Failure: Error, Equatable {
        /// The first file that is there and does not load; `nil` where none is there.
        public let present: String?
        /// What the loader says of that file, else of the first place.
        public let reason: String
    }

    /// Loads the library of the first place that has one. It stays for the life of the process.
    /// - Parameter places: paths, and names without a slash, which the loader looks for where the system keeps
    ///   libraries.
    public static func open(
        _ places: [String]
    ) throws(Failure) -> (handle: UnsafeMutableRawPointer, place: String) {
        var absent: String?
        var unusable: Failure?
        for place in places {
            if let handle = dlopen(place, RTLD_NOW | RTLD_LOCAL) { return (handle, place) }
            let reason = dlerror().map { String(cString: $0) } ?? "the loader gives no reason"
            if isThere(place, reason) {
                unusable = unusable ?? Failure(present: place, reason: reason)
            } else {
                absent = absent ?? reason
            }
        }
        throw unusable ?? Failure(present: nil, reason: absent ?? "no place was given")
    }

    /// Of a name that is not found the loader says so by that name; of a file that was found, by its path, or by the name
    /// of what it needs.
    private static func isThere(_ place: String, _ reason: String) -> Bool {
        place.contains("/") ? FileManager.default.fileExists(atPath: place) : !reason.hasPrefix("\(place): ")
    }
}

/// The releases of sherpa-onnx whose structures are laid out as `CSherpaOnnx` says.
///
/// The library has no stable ABI: structures grow in the middle from one release to the next, and a release that is
/// read with another's layout crashes or obeys numbers that nobody set. So only releases that were compared are used.
enum SherpaVersion {
    static let supported = ["2.0.0", "2.0.1"]
    static let newest = "2.0.1"
}

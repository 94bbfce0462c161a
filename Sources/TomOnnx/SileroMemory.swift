/// What the model remembers of one call: its recurrent state, and the end of the frame before.
///
/// Unchecked because one thread at a time has it: the one whose batch its call is in.
final class SileroMemory: @unchecked Sendable {
    /// Both layers of the state, then the context.
    let numbers: UnsafeMutablePointer<Float>
    private static let count = SileroFrame.state + SileroFrame.context

    var context: UnsafeMutablePointer<Float> { numbers + SileroFrame.state }

    init() {
        numbers = .allocate(capacity: Self.count)
        numbers.initialize(repeating: 0, count: Self.count)
    }

    deinit { numbers.deallocate() }
}

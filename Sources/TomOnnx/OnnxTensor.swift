import COnnxRuntime
import TomEngines

/// A tensor over memory of somebody else, who keeps it at least as long.
final class OnnxTensor {
    let value: OpaquePointer
    private let runtime: OnnxRuntime

    /// - Parameter sizes: of the dimensions; empty for a scalar.
    /// - Throws: `<stage>.run_failed` when memory is short.
    init(
        _ data: UnsafeMutableRawPointer, sizes: [Int64], element: OnnxModel.Element, model: OnnxModel
    ) throws(EngineError) {
        runtime = model.runtime
        let elements = sizes.reduce(1) { $0 * Int($1) }
        let bytes = elements * (element == .float ? MemoryLayout<Float>.stride : MemoryLayout<Int64>.stride)
        var value: OpaquePointer?
        let status = onnx_make_tensor(
            runtime.api, runtime.memory, data, bytes, sizes, sizes.count, element.rawValue, &value)
        if let failure = runtime.message(status) { throw .runFailed(model.stage, why: failure) }
        guard let value else { throw .runFailed(model.stage, why: "ONNX Runtime makes no tensor") }
        self.value = value
    }

    deinit { onnx_free_value(runtime.api, value) }
}

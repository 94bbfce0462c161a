import COnnxRuntime
import Foundation
import TomEngines

/// A model, checked to have the inputs and outputs that are wanted of it. It may run on several threads at once.
final class OnnxModel: Sendable {
    /// An input or output that is wanted.
    struct Port: Sendable {
        let name: StaticString
        let element: Element
        /// `nil` where any size goes.
        let sizes: [Int?]
    }

    enum Element: Int32, Sendable {
        case float = 1
        case int64 = 7
    }

    let runtime: OnnxRuntime
    let path: String
    let stage: String
    // A session may run from any thread; it goes with this object.
    private nonisolated(unsafe) let session: OpaquePointer
    private let inputs: [Port]
    private let outputs: [Port]

    /// - Throws: `<stage>.model_missing`, `<stage>.model_unusable`.
    init(
        path: String, stage: String, runtime: OnnxRuntime, inputs: [Port], outputs: [Port]
    ) throws(EngineError) {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw .modelMissing(stage, path: path) }
        guard !bytes.isEmpty else { throw .modelUnusable(stage, path: path, why: "the file is empty") }
        var session: OpaquePointer?
        let status = bytes.withUnsafeBytes {
            onnx_make_session(runtime.api, runtime.environment, $0.baseAddress, $0.count, &session)
        }
        if let failure = runtime.message(status) { throw .modelUnusable(stage, path: path, why: failure) }
        guard let session else { throw .modelUnusable(stage, path: path, why: "ONNX Runtime makes no session of it") }
        self.runtime = runtime
        self.path = path
        self.stage = stage
        self.session = session
        self.inputs = inputs
        self.outputs = outputs
        try check()
    }

    deinit { onnx_free_session(runtime.api, session) }

    /// Runs the model: reads the memory of `inputs` and writes that of `outputs`, both in the order of the ports.
    /// - Throws: `<stage>.run_failed`.
    func run(_ inputs: [OnnxTensor], _ outputs: [OnnxTensor]) throws(EngineError) {
        precondition(inputs.count == self.inputs.count && outputs.count == self.outputs.count, "tensors without ports")
        // The library gets pointers out of the tensors, which the compiler may otherwise release after their last use here.
        let status = withExtendedLifetime((inputs, outputs)) { invoke(inputs, outputs) }
        if let failure = runtime.message(status) { throw .runFailed(stage, why: failure) }
    }

    /// Six pointers at most, on the stack.
    private func invoke(_ inputs: [OnnxTensor], _ outputs: [OnnxTensor]) -> OpaquePointer? {
        withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: 8) { names in
            withUnsafeTemporaryAllocation(of: OpaquePointer?.self, capacity: 8) { values in
                names.initialize(repeating: nil)
                values.initialize(repeating: nil)
                for (index, port) in (self.inputs + self.outputs).enumerated() {
                    names[index] = UnsafeRawPointer(port.name.utf8Start).assumingMemoryBound(to: CChar.self)
                }
                for (index, tensor) in (inputs + outputs).enumerated() { values[index] = tensor.value }
                return onnx_run(
                    runtime.api, session, names.baseAddress, values.baseAddress, inputs.count,
                    names.baseAddress! + inputs.count, outputs.count, values.baseAddress! + inputs.count)
            }
        }
    }

    // MARK: Checking

    private func check() throws(EngineError) {
        var counts = (inputs: 0, outputs: 0)
        if let failure = runtime.message(onnx_count_ports(runtime.api, session, &counts.inputs, &counts.outputs)) {
            throw .modelUnusable(stage, path: path, why: failure)
        }
        try check(inputs, count: counts.inputs, isOutput: false)
        try check(outputs, count: counts.outputs, isOutput: true)
    }

    private func check(_ ports: [Port], count: Int, isOutput: Bool) throws(EngineError) {
        let kind = isOutput ? "outputs" : "inputs"
        guard count == ports.count else {
            throw .modelUnusable(stage, path: path, why: "it has \(count) \(kind), not \(ports.count)")
        }
        var declared: [String: OnnxPort] = [:]
        for index in 0..<count {
            var port = OnnxPort()
            let status = onnx_describe_port(runtime.api, session, isOutput ? 1 : 0, index, &port)
            if let failure = runtime.message(status) { throw .modelUnusable(stage, path: path, why: failure) }
            let name = withUnsafeBytes(of: port.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            declared[name] = port
        }
        for port in ports {
            guard let found = declared["\(port.name)"] else {
                throw .modelUnusable(stage, path: path, why: "none of its \(kind) is called \(port.name)")
            }
            guard Self.fits(found, port) else {
                throw .modelUnusable(stage, path: path, why: "\(port.name) has another type or shape")
            }
        }
    }

    private static func fits(_ found: OnnxPort, _ wanted: Port) -> Bool {
        guard found.element == wanted.element.rawValue, found.rank == wanted.sizes.count else { return false }
        return withUnsafeBytes(of: found.sizes) { raw in
            let sizes = raw.assumingMemoryBound(to: Int64.self)
            return wanted.sizes.enumerated().allSatisfy { index, size in
                size == nil || sizes[index] < 0 || sizes[index] == Int64(size!)
            }
        }
    }
}

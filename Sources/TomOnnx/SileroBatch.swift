import TomEngines

/// Frames of several calls that are judged in one run, and the memory this takes: nothing is allocated per frame, and
/// per run only the descriptions of five tensors, whose size follows the batch.
///
/// Unchecked because one runner at a time has it: the scheduler hands it out and takes it back.
final class SileroBatch: @unchecked Sendable {
    let capacity: Int
    private(set) var count = 0
    /// The calls whose frames these are, for the scheduler.
    var calls: [SileroDetection] = []
    private var memories: [SileroMemory] = []
    private let input: UnsafeMutablePointer<Float>
    /// By layer, then by frame, as the model wants it.
    private let state: UnsafeMutablePointer<Float>
    private let nextState: UnsafeMutablePointer<Float>
    private let output: UnsafeMutablePointer<Float>
    private let rate: UnsafeMutablePointer<Int64>

    init(capacity: Int) {
        self.capacity = capacity
        func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
            let pointer = UnsafeMutablePointer<Float>.allocate(capacity: count)
            pointer.initialize(repeating: 0, count: count)
            return pointer
        }
        input = floats(capacity * SileroFrame.input)
        state = floats(capacity * SileroFrame.state)
        nextState = floats(capacity * SileroFrame.state)
        output = floats(capacity)
        rate = .allocate(capacity: 1)
        rate.initialize(to: 16_000)
        memories.reserveCapacity(capacity)
    }

    deinit {
        for pointer in [input, state, nextState, output] { pointer.deallocate() }
        rate.deallocate()
    }

    func removeAll() {
        calls.removeAll(keepingCapacity: true)
        memories.removeAll(keepingCapacity: true)
        count = 0
    }

    /// Puts the next frame of a call into the batch; a call is in it at most once.
    /// - Parameter frame: ``SileroFrame/samples`` samples.
    func append(_ memory: SileroMemory, frame: some Collection<Int16>) {
        precondition(count < capacity, "\(count) frames fill the batch")
        let row = input + count * SileroFrame.input
        row.update(from: memory.context, count: SileroFrame.context)
        var sample = row + SileroFrame.context
        for value in frame.prefix(SileroFrame.samples) {
            sample.pointee = Float(value) / 32_768
            sample += 1
        }
        memories.append(memory)
        count += 1
    }

    /// Judges every frame and moves the calls' memories on.
    /// - Throws: `vad.run_failed`; the memories are as before then.
    func run(_ model: SileroModel) throws(EngineError) {
        guard count > 0 else { return }
        let layer = SileroFrame.layer
        for (index, memory) in memories.enumerated() {
            (state + index * layer).update(from: memory.numbers, count: layer)
            (state + (count + index) * layer).update(from: memory.numbers + layer, count: layer)
        }
        let frames = Int64(count)
        let shape: [Int64] = [2, frames, Int64(layer)]
        let onnx = model.model
        try onnx.run(
            [
                OnnxTensor(input, sizes: [frames, Int64(SileroFrame.input)], element: .float, model: onnx),
                OnnxTensor(state, sizes: shape, element: .float, model: onnx),
                OnnxTensor(rate, sizes: [], element: .int64, model: onnx),
            ],
            [
                OnnxTensor(output, sizes: [frames, 1], element: .float, model: onnx),
                OnnxTensor(nextState, sizes: shape, element: .float, model: onnx),
            ])
        for (index, memory) in memories.enumerated() {
            memory.numbers.update(from: nextState + index * layer, count: layer)
            (memory.numbers + layer).update(from: nextState + (count + index) * layer, count: layer)
            let row = input + index * SileroFrame.input
            memory.context.update(from: row + SileroFrame.samples, count: SileroFrame.context)
        }
    }

    /// One for each frame, in their order.
    var probabilities: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: output, count: count) }
}

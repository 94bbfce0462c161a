import CAllocations

/// Calls `body` again and again and prints what one call costs: the median and the best of many batches, and allocations.
///
/// A batch is as many calls as take 200 µs, so that reading the clock does not count; the median of them shrugs off what
/// else the machine does. Runs for half a second.
func measure(_ name: String, _ body: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    // What first calls set up (tables, capacities) is not part of a steady stream; they also size the batch.
    var batch = 1
    while batch < 1 << 20, try clock.measure({ for _ in 0..<batch { try body() } }) < .microseconds(200) { batch *= 2 }
    var nanoseconds: [Double] = []
    nanoseconds.reserveCapacity(4_096)
    var allocations: UInt64 = 0
    let end = clock.now + .milliseconds(500)
    while clock.now < end, nanoseconds.count < 4_096 {
        let before = allocations_on_this_thread()
        let elapsed = try clock.measure { for _ in 0..<batch { try body() } }
        allocations += allocations_on_this_thread() - before
        nanoseconds.append(Double(elapsed.components.attoseconds) / 1e9 / Double(batch))
    }
    nanoseconds.sort()
    let median = nanoseconds[nanoseconds.count / 2]
    let perCall = Double(allocations) / Double(nanoseconds.count * batch)
    print(
        #"{"name":"\#(name)","median_ns":\#(median),"min_ns":\#(nanoseconds[0]),"allocations":\#(perCall),"batches":\#(nanoseconds.count)}"#
    )
}

/// Uses a value in a way the optimiser cannot see through, so that making it is not optimised away.
@_optimize(none)
func blackHole<Value>(_ value: Value) {}

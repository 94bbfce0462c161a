/// Prints one JSON line per benchmark; `micro.sh` holds them against `thresholds.json`.
@main
enum Micro {
    static func main() throws {
        try audioBenchmarks()
        try wireBenchmarks()
        try realtimeBenchmarks()
        conversationBenchmarks()
    }
}

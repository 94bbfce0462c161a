import Metrics
import Testing
import TomServer

struct PrometheusRegistryTests {
    @Test func rendersEveryKindAndSatisfiesPromtool() throws {
        let registry = PrometheusRegistry()
        Counter(label: "tom_interruptions_total", factory: registry).increment(by: 3)
        Counter(label: "tom_calls_total", dimensions: [("result", "a\"b\\c\nd")], factory: registry).increment()
        Meter(label: "tom_calls_active", factory: registry).set(7)
        let timer = Timer(label: "tom_turn_stage_seconds", dimensions: [("stage", "stt")], factory: registry)
        timer.recordMilliseconds(30)
        timer.recordSeconds(4)
        timer.recordSeconds(100)
        let text = registry.render()
        #expect(text.contains("# HELP tom_interruptions_total Replies that the caller interrupted.\n"))
        #expect(text.contains("# TYPE tom_interruptions_total counter\ntom_interruptions_total 3\n"))
        #expect(text.contains(#"tom_calls_total{result="a\"b\\c\nd"} 1"#))
        #expect(text.contains("tom_calls_active 7\n"))
        #expect(text.contains("tom_turn_stage_seconds_bucket{stage=\"stt\",le=\"0.025\"} 0\n"))
        #expect(text.contains("tom_turn_stage_seconds_bucket{stage=\"stt\",le=\"0.05\"} 1\n"))
        #expect(text.contains("tom_turn_stage_seconds_bucket{stage=\"stt\",le=\"5\"} 2\n"))
        #expect(text.contains("tom_turn_stage_seconds_bucket{stage=\"stt\",le=\"+Inf\"} 3\n"))
        #expect(text.contains("tom_turn_stage_seconds_sum{stage=\"stt\"} 104.03\n"))
        #expect(text.contains("tom_turn_stage_seconds_count{stage=\"stt\"} 3\n"))
        #expect(try promtool(text) == "")
        // the check itself can fail
        #expect(try promtool("BadName_total{ 1\n") != "")
    }

    @Test func theSameLabelsAreTheSameSeriesInAnyOrder() {
        let registry = PrometheusRegistry()
        Counter(label: "x_total", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "x_total", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        #expect(registry.render().contains("x_total{a=\"1\",b=\"2\"} 2\n"))
    }

    @Test func seriesAreBounded() {
        let registry = PrometheusRegistry()
        for number in 0..<1_000 {
            Counter(label: "x_total", dimensions: [("id", "\(number)")], factory: registry).increment()
        }
        let lines = registry.render().split(separator: "\n").filter { $0.hasPrefix("x_total{") }
        #expect(lines.count == PrometheusRegistry.maxSeries + 1)
        #expect(lines.contains("x_total{id=\"other\"} \(1_000 - PrometheusRegistry.maxSeries)"))
    }

    @Test func namesAreMadeValid() {
        let registry = PrometheusRegistry()
        Counter(label: "http.server-requests", dimensions: [("a.b", "1")], factory: registry).increment()
        #expect(registry.render().contains("http_server_requests{a_b=\"1\"} 1\n"))
    }
}

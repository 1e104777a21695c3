import HearthLoad
import Testing

@Suite("Load tester: latencies")
struct LatencyHistogramTests {
  @Test(arguments: [1, 2, 3])
  func `percentiles are those of the sorted values, to within a 64th`(_ seed: UInt64) {
    var generator = SystemlessGenerator(state: seed)
    var histogram = LatencyHistogram()
    let values = (0..<5000).map { _ in Int64(1) << Int64.random(in: 0...40, using: &generator) }
      .map { $0 + Int64.random(in: 0...$0, using: &generator) }
    for value in values { histogram.record(value) }
    let sorted = values.sorted()
    for share in [0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1] {
      let exact = Double(sorted[max(0, Int((Double(sorted.count) * share).rounded(.up)) - 1)]) / 1e6
      let found = histogram.milliseconds(at: share)
      #expect(found >= exact && found <= exact * (1 + 1.0 / 64), "\(share): \(found), exactly \(exact)")
    }
  }

  @Test func `the longest and the shortest are counted, and nothing traps`() {
    var histogram = LatencyHistogram()
    #expect(histogram.milliseconds(at: 0.5) == 0)
    #expect(histogram.meanMilliseconds == 0)
    for value in [Int64.min, -1, 0, 1, .max] { histogram.record(value) }
    #expect(histogram.count == 5)
    #expect(histogram.milliseconds(at: 0.6) == 0)
    #expect(histogram.milliseconds(at: 1) > 0)
    #expect(histogram.maximum == .max)
  }

  @Test func `the curve ascends, from the first value to the last`() {
    var histogram = LatencyHistogram()
    for value in 1...10_000 { histogram.record(Int64(value) * 1000) }
    let latency = RunReport.Latency(histogram)
    #expect(latency.curve.first?.share == 0)
    #expect(latency.curve.last?.share == 1)
    #expect(latency.curve.last?.milliseconds == latency.max)
    for (point, next) in zip(latency.curve, latency.curve.dropFirst()) {
      #expect(point.share <= next.share)
      #expect(point.milliseconds <= next.milliseconds)
    }
  }
}

/// Random numbers of a seed.
private struct SystemlessGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }
}

/// Counts durations in buckets whose width is at most 1/128 of their value, as HdrHistogram does with two significant
/// digits: cheap to record, exact enough for any percentile, and mergeable (hdrhistogram.org).
///
/// Takes 0 up to about 146 hours in nanoseconds; what is longer counts as the longest.
package struct LatencyHistogram: Sendable {
  /// Buckets of one power of two.
  private static let subBucketBits = 7
  private static let subBuckets = 1 << subBucketBits
  private static let octaves = 43

  private var counts = [UInt32](repeating: 0, count: subBuckets * octaves)
  package private(set) var count = 0
  private var sum = 0.0
  package private(set) var maximum: Int64 = 0

  package init() {}

  /// - Parameter nanoseconds: below 0 counts as 0.
  package mutating func record(_ nanoseconds: Int64) {
    let value = max(0, nanoseconds)
    counts[Self.bucket(of: value)] += 1
    count += 1
    sum += Double(value)
    maximum = max(maximum, value)
  }

  package mutating func removeAll() {
    guard count > 0 else { return }
    self = LatencyHistogram()
  }

  /// The mean in milliseconds; 0 when nothing was recorded.
  package var meanMilliseconds: Double { count == 0 ? 0 : sum / Double(count) / 1e6 }

  /// What a share of all was at most, in milliseconds: the upper end of the bucket, and never above the maximum.
  ///
  /// - Parameter share: 0 through 1.
  package func milliseconds(at share: Double) -> Double {
    guard count > 0 else { return 0 }
    let rank = max(1, Int((Double(count) * min(max(share, 0), 1)).rounded(.up)))
    var seen = 0
    for (bucket, inBucket) in counts.enumerated() where inBucket > 0 {
      seen += Int(inBucket)
      if seen >= rank { return Double(min(Self.upperEnd(of: bucket), maximum)) / 1e6 }
    }
    return Double(maximum) / 1e6
  }

  // MARK: Buckets

  /// Below `2 * subBuckets` a bucket is one nanosecond wide; then the width doubles with each power of two.
  static func bucket(of value: Int64) -> Int {
    let bits = Int64.bitWidth - value.leadingZeroBitCount
    let octave = max(0, bits - subBucketBits)
    guard octave > 1 else { return Int(value) }
    let position = octave * subBuckets + Int(value >> Int64(octave - 1)) - subBuckets
    return min(position, subBuckets * octaves - 1)
  }

  /// The largest value that falls into a bucket.
  static func upperEnd(of bucket: Int) -> Int64 {
    guard bucket >= 2 * subBuckets else { return Int64(bucket) }
    let octave = bucket / subBuckets
    let base = Int64(bucket - octave * subBuckets + subBuckets)
    return ((base + 1) << Int64(octave - 1)) - 1
  }
}

extension RunReport.Latency {
  /// The figures and the curve of a histogram.
  package init(_ histogram: LatencyHistogram) {
    let at = { (share: Double) in histogram.milliseconds(at: share) }
    self.init(
      count: histogram.count, mean: histogram.meanMilliseconds, p50: at(0.5), p90: at(0.9), p99: at(0.99),
      p999: at(0.999), max: Double(histogram.maximum) / 1e6,
      curve: Self.shares.map { Point(milliseconds: at($0), share: $0) })
  }

  /// Halving what is left to 1, with four points in each half, as HdrHistogram's own output does.
  private static let shares: [Double] = {
    var shares = [0.0]
    var left = 1.0
    while left > 0.000_005 {
      for quarter in 1...4 { shares.append(1 - left + left / 2 * Double(quarter) / 4) }
      left /= 2
    }
    return shares + [1]
  }()
}

/// Writes the Prometheus text format, version 0.0.4.
///
/// The numbers are those that the cores keep anyway, read when somebody asks; no registry stands between.
struct Exposition {
  private(set) var text = ""

  /// A number that only grows.
  mutating func counter(_ name: String, _ help: String, _ samples: [(labels: String, value: Int)]) {
    head(name, help, "counter")
    for sample in samples { line(name, sample.labels, String(sample.value)) }
  }

  mutating func counter(_ name: String, _ help: String, _ value: Int) {
    counter(name, help, [("", value)])
  }

  /// A number that goes up and down.
  mutating func gauge(_ name: String, _ help: String, _ samples: [(labels: String, value: Int)]) {
    head(name, help, "gauge")
    for sample in samples { line(name, sample.labels, String(sample.value)) }
  }

  mutating func gauge(_ name: String, _ help: String, _ value: Int) {
    gauge(name, help, [("", value)])
  }

  mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
    head(name, help, "histogram")
    var total = 0
    for (bound, count) in zip(histogram.bounds.map { "\($0)" } + ["+Inf"], histogram.counts) {
      total += count
      line(name + "_bucket", "le=\"\(bound)\"", String(total))
    }
    line(name + "_sum", "", "\(histogram.sum)")
    line(name + "_count", "", String(total))
  }

  private mutating func head(_ name: String, _ help: String, _ type: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  private mutating func line(_ name: String, _ labels: String, _ value: String) {
    text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
  }
}

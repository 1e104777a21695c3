import Logging

/// Keeps everything that is logged, at every level, as text.
struct LogCapture: LogHandler {
  private let lines = Box<[String]>([])
  var logLevel = Logger.Level.trace
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    let line = "\(event.level) \(event.message) \(all) \(event.error.map { "\($0)" } ?? "")"
    lines.change { $0.append(line) }
  }

  var text: String { lines.value.joined(separator: "\n") }
}

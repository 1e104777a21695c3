internal import Foundation
internal import HearthEngine
internal import HearthPack
internal import HearthProtocol
internal import HearthServer

/// A setting of `hearth serve`: one name in three places (docs/reference/configuration.md).
struct Setting: Sendable {
  /// The flag `--tcp-port`, the key `tcp-port` of the file, the variable `HEARTH_TCP_PORT`.
  let name: String
  let summary: String
  let defaultText: String
  /// What a value has to be, for messages.
  let expected: String
  /// Takes a value over; false when it is none.
  let take: @Sendable (String, inout ServeSettings) -> Bool

  var variable: String { "HEARTH_" + name.uppercased().replacing("-", with: "_") }
}

/// Everything that `hearth serve` can be told.
struct ServeSettings {
  var data = "hearth-data"
  var packs = PackLibrary.defaultFolder
  var logLevel = "info"
  var server = ServerConfiguration()
}

extension Setting {
  static let all: [Setting] = [
    text("data", "Folder of the database and the admin token.", "hearth-data") { $1.data = $0 },
    text("packs", "Folder with a sub-folder for each app.", PackLibrary.defaultFolder) { $1.packs = $0 },
    text("host", "Address to listen on.", "127.0.0.1") { $1.server.host = $0 },
    number("tcp-port", "Port for devices over TCP; 0 lets the system choose.", 7171, 0...65_535) {
      $1.server.tcpPort = $0
    },
    number("http-port", "Port for WebSocket, health and metrics; 0 lets the system choose.", 7172, 0...65_535) {
      $1.server.httpPort = $0
    },
    Setting(
      name: "log-level", summary: "What is logged.", defaultText: "info",
      expected: "trace, debug, info, notice, warning, error or critical"
    ) { text, settings in
      settings.logLevel = text
      return ["trace", "debug", "info", "notice", "warning", "error", "critical"].contains(text)
    },
    number("connections-max", "Connections at the same time.", 20_000, 1...1_000_000) { $1.server.connectionsMax = $0 },
    number("outbound-bytes-max", "Bytes that wait for a slow reader before it is cut off.", 4 << 20, 65_536...(1 << 30))
    {
      $1.server.outboundBytesMax = $0
    },
    number("queue-max", "Change sets that wait for the commit thread before sockets are not read.", 8192, 1...1_000_000)
    {
      $1.server.queueMax = $0
    },
    number("batch-max", "Change sets in one transaction.", 1024, 1...100_000) { $1.server.batchMax = $0 },
    number("drain-seconds", "Seconds that devices have to leave when the hub goes down.", 10, 0...3600) {
      $1.server.drainSeconds = $0
    },
    number("retention-days", "Days for which history and what was decided can be looked up.", 365, 1...36_500) {
      $1.server.compaction.retention = CompactionPolicy.milliseconds(days: $0)
    },
    number("lapse-days", "Days of silence after which nothing waits for a device any more.", 90, 1...36_500) {
      $1.server.compaction.lapse = CompactionPolicy.milliseconds(days: $0)
    },
    number("frame-bytes", "Bytes of one frame from a device.", 1 << 20, 4096...(64 << 20)) {
      $1.server.limits.frameBytes = UInt32($0)
    },
    number("push-window", "Change sets of a device that may be on their way.", 256, 1...65_536) {
      $1.server.limits.pushWindow = UInt32($0)
    },
    number("idle-seconds", "Seconds of silence before a connection is closed.", 75, 5...86_400) {
      $1.server.limits.idleSeconds = UInt32($0)
    },
  ]

  private static func text(
    _ name: String, _ summary: String, _ defaultText: String,
    _ take: @escaping @Sendable (String, inout ServeSettings) -> Void
  ) -> Setting {
    Setting(name: name, summary: summary, defaultText: defaultText, expected: "a text that is not empty") {
      take($0, &$1)
      return !$0.isEmpty
    }
  }

  private static func number(
    _ name: String, _ summary: String, _ value: Int, _ range: ClosedRange<Int>,
    _ take: @escaping @Sendable (Int, inout ServeSettings) -> Void
  ) -> Setting {
    Setting(
      name: name, summary: summary, defaultText: String(value),
      expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
    ) { text, settings in
      guard !text.hasPrefix("+"), let number = Int(text), range.contains(number) else { return false }
      take(number, &settings)
      return true
    }
  }
}

/// Puts settings together: a flag counts before a variable, a variable before the file, the file before the default.
struct SettingsResolver {
  /// A setting and where its value came from.
  struct Resolved {
    let name: String
    let value: String
    let source: String
  }

  /// - Parameters:
  ///   - flags: what the command line says, by setting.
  ///   - environment: all variables of the process.
  ///   - file: the configuration file's name and text.
  /// - Throws: ``CommandFailure`` that lists every wrong value with its place.
  static func resolve(
    flags: [String: String], environment: [String: String], file: (name: String, text: String)?
  ) throws -> (settings: ServeSettings, resolved: [Resolved]) {
    var problems = unknownVariables(environment)
    let fileValues = try file.map { try read($0, &problems) } ?? [:]
    var settings = ServeSettings()
    var resolved = [Resolved]()
    for setting in Setting.all {
      let sources: [(value: String?, source: String)] = [
        (flags[setting.name], "--\(setting.name)"), (environment[setting.variable], setting.variable),
        (fileValues[setting.name]?.value, fileValues[setting.name]?.place ?? ""),
        (setting.defaultText, "default"),
      ]
      guard let (value, source) = sources.lazy.compactMap({ pair in pair.value.map { ($0, pair.source) } }).first else {
        continue
      }
      if !setting.take(value, &settings) {
        problems.append("\(source): expected \(setting.expected), found `\(value)`.")
      }
      resolved.append(Resolved(name: setting.name, value: value, source: source))
    }
    guard problems.isEmpty else { throw CommandFailure(.settings, problems.joined(separator: "\n")) }
    return (settings, resolved)
  }

  /// Variables that are not settings; the others that Hearth reads are known by name.
  private static func unknownVariables(_ environment: [String: String]) -> [String] {
    let known = Set(Setting.all.map(\.variable)).union(["HEARTH_CONFIG", "HEARTH_ADMIN_TOKEN"])
    return environment.keys.filter { $0.hasPrefix("HEARTH_") && !known.contains($0) && !$0.hasPrefix("HEARTH_TEST_") }
      .sorted().map { "\($0) is no setting.\(suggestion(for: $0, among: known))" }
  }

  private static func read(
    _ file: (name: String, text: String), _ problems: inout [String]
  ) throws -> [String: (value: String, place: String)] {
    let root: YAMLNode
    do {
      root = try YAMLNode.read(file.text, file: file.name)
    } catch {
      throw CommandFailure(error)
    }
    var values = [String: (value: String, place: String)]()
    for pair in root.pairs ?? [] {
      let place = "\(file.name):\(pair.keyMark.line):\(pair.keyMark.column)"
      guard Setting.all.contains(where: { $0.name == pair.key }) else {
        problems.append(
          "\(place): `\(pair.key)` is no setting.\(suggestion(for: pair.key, among: Setting.all.map(\.name)))")
        continue
      }
      guard let text = pair.value.text else {
        problems.append("\(place): expected a value for `\(pair.key)`, found \(pair.value.kind).")
        continue
      }
      values[pair.key] = (text, "\(place) \(pair.key)")
    }
    if root.pairs == nil { problems.append("\(file.name): expected settings, as `tcp-port: 7171`.") }
    return values
  }
}

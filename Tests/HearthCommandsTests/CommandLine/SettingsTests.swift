import HearthProtocol
import HearthServer
import Testing

@testable import HearthCommands

/// Flags before variables, variables before the file, the file before defaults; nothing wrong goes unsaid.
@Suite struct SettingsTests {
  private static func resolve(
    _ flags: [String: String] = [:], _ environment: [String: String] = [:], file: String? = nil
  ) throws -> (settings: ServeSettings, resolved: [SettingsResolver.Resolved]) {
    try SettingsResolver.resolve(
      flags: flags, environment: environment, file: file.map { (name: "hub.yaml", text: $0) })
  }

  private static func message(
    _ flags: [String: String] = [:], _ environment: [String: String] = [:], file: String? = nil
  ) -> String {
    do {
      _ = try resolve(flags, environment, file: file)
      return ""
    } catch let failure as CommandFailure {
      #expect(failure.exitCode == 2)
      return failure.text
    } catch {
      return "\(error)"
    }
  }

  /// Three values that differ from each other and from the default.
  private static func others(_ setting: Setting) throws -> [String] {
    if setting.name == "log-level" { return ["debug", "error", "trace"] }
    guard let match = setting.expected.firstMatch(of: /from (\d+) to/) else { return ["a", "b", "c"] }
    let low = try #require(Int(match.output.1))
    return (low + 1...low + 3).map { "\($0)" }
  }

  /// Every way to give or leave out a value in three places, for every setting: the first that is given counts.
  @Test(arguments: Setting.all.map(\.name)) func `the first place that says something counts`(_ name: String) throws {
    let setting = try #require(Setting.all.first { $0.name == name })
    let values = try Self.others(setting)
    for given in 0..<8 {
      let (flag, variable, file) = (given & 1 != 0, given & 2 != 0, given & 4 != 0)
      let (_, resolved) = try Self.resolve(
        flag ? [name: values[0]] : [:], variable ? [setting.variable: values[1]] : [:],
        file: file ? "\(name): \(values[2])\n" : nil)
      let found = try #require(resolved.first { $0.name == name })
      let (value, source) =
        flag
        ? (values[0], "--\(name)")
        : variable
          ? (values[1], setting.variable)
          : file ? (values[2], "hub.yaml:1:1 \(name)") : (setting.defaultText, "default")
      #expect(found.value == value && found.source == source, "\(given)")
    }
  }

  @Test func `what counts reaches the hub`() throws {
    let (settings, _) = try Self.resolve(
      ["tcp-port": "1"], ["HEARTH_HTTP_PORT": "2", "HEARTH_TCP_PORT": "9"],
      file: "host: 0.0.0.0\nframe-bytes: 8192\npush-window: 7\nidle-seconds: 60\nhttp-port: 9\ndata: there\npacks: p")
    #expect(settings.server.tcpPort == 1)
    #expect(settings.server.httpPort == 2)
    #expect(settings.server.host == "0.0.0.0")
    #expect(settings.server.limits.frameBytes == 8192)
    #expect(settings.server.limits.pushWindow == 7)
    #expect(settings.server.limits.idleSeconds == 60)
    #expect(settings.data == "there" && settings.packs == "p")
  }

  @Test func `every setting changes what the hub is told`() throws {
    for setting in Setting.all {
      let other = try Self.others(setting)[0]
      var (changed, untouched) = (ServeSettings(), ServeSettings())
      #expect(setting.take(other, &changed) && setting.take(setting.defaultText, &untouched))
      #expect("\(changed)" != "\(ServeSettings())", "\(setting.name) changes nothing")
      #expect("\(untouched)" == "\(ServeSettings())", "\(setting.name): the default is not \(setting.defaultText)")
    }
  }

  @Test(arguments: [
    "-1", "65536", "71x1", "", " 7171", "7171 ", "+7171", "7171.0", "0x10", "99999999999999999999", "٧",
  ])
  func `a port that is none is refused with its place`(_ value: String) {
    for name in ["tcp-port", "http-port"] {
      #expect(
        Self.message([name: value]).contains("--\(name): expected a whole number from 0 to 65535, found `\(value)`"))
      let variable = name == "tcp-port" ? "HEARTH_TCP_PORT" : "HEARTH_HTTP_PORT"
      #expect(Self.message([:], [variable: value]).contains("\(variable): expected a whole number"))
    }
  }

  @Test func `the bounds of a number are values, what lies beyond is none`() throws {
    for setting in Setting.all {
      guard let match = setting.expected.firstMatch(of: /from (\d+) to (\d+)/) else { continue }
      let (low, high) = (try #require(Int(match.output.1)), try #require(Int(match.output.2)))
      for (value, isGood) in [(low, true), (high, true), (low - 1, false), (high + 1, false)] {
        var settings = ServeSettings()
        #expect(setting.take("\(value)", &settings) == isGood, "\(setting.name) \(value)")
      }
    }
  }

  @Test func `an unknown key of the file is refused with a suggestion`() {
    let text = Self.message(file: "# hub\ntcp-prot: 7171\n")
    #expect(text == "E4002 settings: hub.yaml:2:1: `tcp-prot` is no setting. Did you mean `tcp-port`?")
  }

  @Test func `a key with an underscore is told the right one`() {
    #expect(Self.message(file: "tcp_port: 7171").contains("Did you mean `tcp-port`?"))
  }

  @Test func `an unknown variable is refused with a suggestion`() {
    let text = Self.message([:], ["HEARTH_TCP_PROT": "1", "HOME": "/", "HEARTH_TEST_BIN": "x"])
    #expect(text == "E4002 settings: HEARTH_TCP_PROT is no setting. Did you mean `HEARTH_TCP_PORT`?")
  }

  @Test func `all mistakes are told in one run`() {
    let text = Self.message(["queue-max": "0"], ["HEARTH_BATCH_MAX": "many"], file: "idle-seconds: [1]\nhots: x")
    #expect(text.contains("--queue-max:"))
    #expect(text.contains("HEARTH_BATCH_MAX:"))
    #expect(text.contains("hub.yaml:1:1: expected a value for `idle-seconds`, found"))
    #expect(text.contains("`hots` is no setting. Did you mean `host`?"))
  }

  @Test(arguments: ["- tcp-port: 1", "7171", "tcp-port"]) func `a file that is no mapping is refused`(_ text: String) {
    #expect(Self.message(file: text).contains("hub.yaml"))
  }

  @Test func `a file that is no YAML is refused with its place`() {
    #expect(Self.message(file: "tcp-port: [1\nhost: x").contains("hub.yaml:"))
  }

  @Test func `a key that stands twice is refused`() {
    #expect(Self.message(file: "tcp-port: 1\ntcp-port: 2").contains("hub.yaml:2:1: error P003"))
  }
}

import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import HearthServer
import HearthTesting
import HearthWire
import Testing

@Suite("What operators see")
struct ObservabilityTests {
  // MARK: Metrics

  /// The samples of an exposition by their name and labels, checked line by line against the text format 0.0.4.
  private static func samples(_ text: String) throws -> (values: [String: Double], types: [String: String]) {
    var (values, types, described) = ([String: Double](), [String: String](), Set<String>())
    #expect(text.hasSuffix("\n"))
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if let found = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)/) {
        #expect(described.insert(String(found.1)).inserted, "\(line)")
      } else if let found = line.wholeMatch(of: /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/) {
        #expect(described.contains(String(found.1)), "\(line)")
        #expect(types.updateValue(String(found.2), forKey: String(found.1)) == nil, "\(line)")
      } else {
        let label = #/[a-zA-Z_][a-zA-Z0-9_]*="[^"\\\n]*"/#
        let sample = try #require(
          line.wholeMatch(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[^}]*\})? ([-+0-9.e]+)/), "no sample: \(line)")
        if let labels = sample.2 { #expect(labels.dropFirst().dropLast().wholeMatch(of: label) != nil, "\(line)") }
        let name = String(sample.1)
        let family =
          ["_bucket", "_sum", "_count"].lazy.filter { name.hasSuffix($0) }
          .map { String(name.dropLast($0.count)) }.first { types[$0] == "histogram" } ?? name
        #expect(types[family] != nil, "no type before \(line)")
        if types[family] == "counter" { #expect(name.hasSuffix("_total"), "\(line)") }
        let key = name + (sample.2.map(String.init) ?? "")
        #expect(values.updateValue(try #require(Double(sample.3)), forKey: key) == nil, "twice: \(line)")
      }
    }
    return (values, types)
  }

  @Test func `metrics are in Prometheus' text format, and counters only grow`() async throws {
    try await TestHub.running { hub in
      let eva = try await hub.live("eva-phone")
      let noah = try await hub.live("noah-tablet")
      var before = try await Self.samples(hub.http("/metrics").text)
      #expect(before.types.values.contains("counter") && before.types.values.contains("histogram"))
      for round in UInt64(1)...5 {
        try await eva.roundTrip(round, task: "dishes")
        _ = try await noah.patch()
        try await eva.push(Fixture.famquest.titled(1, "Ronde 1"))
        _ = try await eva.outcomes(1)
        _ = try await Peer(hub, over: .tcp).send(message: [])
        let after = try await Self.samples(hub.http("/metrics").text)
        for (name, value) in before.values {
          let family = String(name.prefix { $0 != "{" }).replacing(/_(bucket|sum|count)$/, with: "")
          guard ["counter", "histogram"].contains(after.types[family]) else { continue }
          #expect((after.values[name] ?? -1) >= value, "\(name)")
        }
        before = after
      }
      let values = before.values
      #expect(values["hearth_change_sets_decided_total{verdict=\"accepted\"}"] == 5)
      #expect(values["hearth_change_sets_decided_total{verdict=\"repeated\"}"] == 5)
      #expect(values["hearth_patches_sent_total"] == 5)
      #expect(values["hearth_sessions_live"] == 2)
      try Self.expectHistograms(before)
    }
  }

  private static func expectHistograms(_ found: (values: [String: Double], types: [String: String])) throws {
    for name in found.types.filter({ $0.value == "histogram" }).keys {
      let buckets = found.values.filter { $0.key.hasPrefix(name + "_bucket{le=") }.map { key, count in
        (bound: Double(key.split(separator: "\"")[1].replacing("+Inf", with: "inf"))!, count: count)
      }.sorted { $0.bound < $1.bound }
      #expect(buckets.last?.bound == .infinity)
      #expect(buckets.map(\.count) == buckets.map(\.count).sorted(), "\(name) is not cumulative")
      #expect(buckets.last?.count == found.values[name + "_count"])
      #expect(found.values[name + "_sum"] != nil)
    }
  }

  @Test func `pages say what they are, and answer HEAD without a body`() async throws {
    try await TestHub.running { hub in
      for (path, status, type) in [
        ("/healthz", "200", "text/plain"), ("/readyz", "200", "text/plain"),
        ("/metrics", "200", "text/plain; version=0.0.4"), ("/nothing", "404", "application/json"),
      ] {
        for method in ["GET", "HEAD"] {
          let socket = try Socket(port: hub.addresses.httpPort)
          try await socket.write(Array("\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
          let answer = String(decoding: try await socket.readToEnd(), as: UTF8.self)
          #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(method) \(path)")
          #expect(answer.contains("content-type: \(type)"), "\(method) \(path)")
          #expect(answer.hasSuffix("\r\n\r\n") == (method == "HEAD"), "\(method) \(path)")
        }
      }
    }
  }

  // MARK: Logs

  private static let marker = "geheim-7f3a"

  @Test(arguments: Wire.allCases) func `logs hold no value of a user, and no token`(_ wire: Wire) async throws {
    let log = LogCapture()
    let store = StoreDouble()
    try await TestHub.running(store: store, log: log) { hub in
      let eva = try await hub.live("eva-phone", over: wire)
      let marked = "\(Self.marker) afwas"
      try await eva.push(Fixture.famquest.titled(1, marked))
      #expect(try await eva.outcomes(1)[0].rejection == nil)
      let tooLong = String(repeating: Self.marker, count: 50)
      try await eva.push(
        Fixture.famquest.titled(2, tooLong), Fixture.famquest.titled(3, marked, of: RecordID(name: Self.marker)),
        ChangeSet(
          4,
          Fixture.famquest.change(
            "tasks", RecordID(name: "dishes"), seen: .founding,
            [("metadata", .put([Self.marker], .text(Self.marker)))])))
      let outcomes = try await eva.outcomes(3)
      #expect(outcomes.allSatisfy { $0.rejection != nil })
      try await Self.sayNonsense(hub, wire)
      store.fail(StoreFault(.diskFull, "There is no space left."), times: 1)
      try await eva.push(Fixture.famquest.titled(5, marked))
      #expect(try await eva.fault()?.code == .readOnly)
    }
    #expect(log.text.contains("session opened"))
    #expect(log.text.contains("E1304 readOnly"))
    #expect(log.text.contains("E2004 wrongType"))
    #expect(!log.text.contains(Self.marker))
    #expect(!log.text.contains("token-of"))
    #expect(!log.text.contains("Afwas"))
  }

  /// Frames whose fault may quote them.
  private static func sayNonsense(_ hub: TestHub, _ wire: Wire) async throws {
    for frame in [marker, #"{"push":{"\#(marker)":1}}"#, #"{"\#(marker)":{}}"#] {
      let stranger = try await Peer(hub, over: wire)
      try await stranger.send(message: Array(frame.utf8))
      #expect(try await stranger.fault()?.code == .malformedFrame)
    }
    let intruder = try await Peer(hub, over: wire)
    try await intruder.send(.hello(Peer.hello(marker)))
    #expect(try await intruder.fault()?.code == .unauthorized)
  }
}

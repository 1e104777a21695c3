import Foundation
import HearthLoad
import Testing

/// The page of a load test: what it says, and that every browser can read it.
@Suite struct ReportPageTests {
  // MARK: Markup

  @Test func `text from data cannot become markup`() throws {
    let evil = "<script>alert('1')</script> \"&amp;\" \u{0}\u{1b}\u{9b}\u{ffff}"
    var report = try Fixture.report()
    report.setup.profile = evil
    report.setup.about = evil
    report.setup.pack = evil
    report.setup.transport = evil
    report.setup.startedAt = evil
    report.counts.rejected = [evil: 1]
    report.counts.faults = [evil: 1]
    report.convergence.faults = [evil]
    for html in [ReportPage([report]).html, ReportPage([report, report]).html] {
      #expect(!html.contains("<script") && !html.contains("alert('"))
      #expect(html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &quot;&amp;amp;&quot; \u{fffd}\u{fffd}"))
      #expect(MarkupScan(html).faults == [])
    }
  }

  @Test func `what is put into markup as text is escaped, and as markup is not`() {
    let inner: ReportPage.Markup = "<b>\("1 < 2")</b>"
    let outer: ReportPage.Markup = "<p title=\"\("a\"b")\">\(inner)\([inner, inner]) \(7) \(at: 1.25) \(nil)</p>"
    #expect(inner.text == "<b>1 &lt; 2</b>")
    #expect(outer.text == "<p title=\"a&quot;b\">\(inner.text)\(inner.text)\(inner.text) 7 1.3 </p>")
  }

  @Test(arguments: Fixture.Kind.allCases) func `tags balance, and places are numbers`(_ kind: Fixture.Kind) throws {
    #expect(MarkupScan(ReportPage(try Fixture.reports(kind)).html).faults == [])
  }

  @Test(arguments: Fixture.Kind.allCases) func `the page needs no network and no script`(_ kind: Fixture.Kind) throws {
    let html = ReportPage(try Fixture.reports(kind)).html
    for needed in ["http:", "https:", "src=", "<script", "url(", "@import"] { #expect(!html.contains(needed)) }
    let links = html.split(separator: "href=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
    for link in links where link != "data:," {
      #expect(link.hasPrefix("#") && html.contains("id=\"\(link.dropFirst())\""), "\(link)")
    }
  }

  @Test(arguments: Fixture.Kind.allCases) func `no number is without a value`(_ kind: Fixture.Kind) throws {
    let html = ReportPage(try Fixture.reports(kind)).html.lowercased()
    let words = Set(html.split { !$0.isLetter })
    #expect(words.isDisjoint(with: ["nan", "inf", "infinity"]))
  }

  // MARK: What the page says

  @Test func `the headline says what was measured and what came out`() throws {
    let words = Self.words(ReportPage([try Fixture.report()]).html)
    #expect(
      words.contains(
        """
        Together, 300 households with 4 devices each were to write 500 change sets a second over TCP for 60 s, and the \
        hub decided 499 a second. Another device had a change set after 3.4 ms in the median, and 99 % arrived within \
        21.5 ms. The hub spent 212 µs of CPU on each. In the end, all 1,200 devices have what the hub has.
        """))
  }

  @Test func `a closed loop has no rate that was due`() throws {
    let words = Self.words(ReportPage(try Fixture.reports(.closed)).html)
    #expect(words.contains("wrote over TCP for 60 s as fast as the hub decided: 499 change sets a second."))
  }

  @Test(arguments: [[], ["device 2 lacks a task", "device 3 too"]], [false, true])
  func `the banner appears when devices differ or the driver was the limit`(faults: [String], isLimit: Bool) throws {
    var report = try Fixture.report()
    report.convergence.faults = faults
    report.driver.isLimit = isLimit
    let html = ReportPage([report]).html
    #expect(html.split(separator: "class=\"banner\"").count - 1 == (faults.isEmpty ? 0 : 1) + (isLimit ? 1 : 0))
    #expect(html.contains("<strong>Not converged.</strong>") == !faults.isEmpty)
    #expect(html.contains("<strong>The driver was the limit.</strong>") == isLimit)
    for fault in faults { #expect(html.contains("<li>\(fault)</li>")) }
  }

  @Test func `several runs are compared with the first`() throws {
    var second = try Fixture.report()
    second.decidedPerSecond *= 2
    second.hub = nil
    let html = ReportPage([try Fixture.report(), second]).html
    #expect(html.contains("<td>998<small>×2</small></td>"))
    #expect(html.contains("id=\"run-2\""))
    #expect(!ReportPage([second]).html.contains("id=\"comparison\""))
  }

  @Test func `a long run keeps its worst second, and the page stays small`() throws {
    var report = try Fixture.report()
    let second = try #require(report.seconds.last)
    report.seconds = (0..<20_000).map { index in
      var second = second
      second.at = Double(index)
      if index == 12_345 { second.deliveryP99 = 4_321 }
      return second
    }
    let html = ReportPage([report]).html
    #expect(html.contains("4,321 ms"))
    #expect(html.utf8.count < 400_000)
  }

  @Test func `a second without an outcome is a gap in the line`() throws {
    var report = try Fixture.report()
    let whole = Self.lines(ReportPage([report]).html)
    report.seconds[5].outcomeP50 = 0
    report.seconds[5].outcomeP99 = 0
    #expect(Self.lines(ReportPage([report]).html) == whole + 2)
  }

  /// How many lines without a gap the plots have.
  private static func lines(_ html: String) -> Int {
    html.split(separator: "class=\"line").dropFirst().map { $0.prefix { $0 != ">" }.filter { $0 == "M" }.count }
      .reduce(0, +)
  }

  /// The text of the page, without tags and with every kind of space alike.
  private static func words(_ html: String) -> String {
    html.replacing(/<[^>]*>/, with: "").split { $0.isWhitespace }.joined(separator: " ")
  }

  // MARK: Axes

  private static let magnitudes = [0.0001, 0.02, 1, 7, 300, 12_000, 5e6]
  private static let factors = [1, 1.01, 1.7, 2, 2.5, 4.99, 5, 9.99]

  @Test(arguments: magnitudes, factors) func `ticks of amounts are round and cover them`(base: Double, by: Double) {
    let axis = ReportPage.Axis.amounts([0, base * by / 3, base * by], title: "ms")
    let values = axis.ticks.map(\.value)
    #expect((2...7).contains(values.count) && values.first == 0 && axis.range == 0...(values.last ?? 0))
    #expect(axis.range.upperBound >= base * by * (1 - 1e-9))
    #expect(Self.isRound(values.count > 1 ? values[1] : 0))
    for (index, value) in values.enumerated() { #expect(abs(value - Double(index) * values[1]) <= 1e-9 * value) }
    #expect(Set(axis.ticks.map(\.label)).count == values.count)
  }

  @Test(arguments: magnitudes, [101, 180, 999, 1_001, 40_000]) func `ticks of wide latencies are round and cover them`(
    least: Double, ratio: Double
  ) {
    let axis = ReportPage.Axis.latencies([least, least * ratio, 0])
    let values = axis.ticks.map(\.value)
    #expect(axis.scale == .logarithmic && (4...12).contains(values.count))
    #expect(values.first == axis.range.lowerBound && values.last == axis.range.upperBound)
    #expect(axis.range.lowerBound <= least && axis.range.upperBound >= least * ratio)
    #expect(values.allSatisfy(Self.isRound) && values == values.sorted())
  }

  /// Whether it is 1, 2 or 5 times a power of ten.
  private static func isRound(_ value: Double) -> Bool {
    guard value > 0 else { return false }
    let mantissa = value / pow(10, (log10(value) + 1e-9).rounded(.down))
    return [1, 2, 5].contains { abs(mantissa - $0) < 1e-6 }
  }

  @Test func `latencies within two decades are linear`() {
    for values in [[], [0], [3], [1, 100], [0, 0.5, 49]] {
      let axis = ReportPage.Axis.latencies(values)
      #expect(axis.scale == .linear && axis.range.lowerBound == 0)
      #expect(axis.range.upperBound >= values.max() ?? 0 && axis.range.upperBound > 0)
    }
  }

  @Test func `each nine of a percentile takes as much room`() {
    let axis = ReportPage.Axis.percentiles(count: 10_000)
    #expect(axis.ticks.map(\.label) == ["0", "50", "90", "99", "99.9", "99.99"])
    let places = [0, 0.9, 0.99, 0.999, 0.9999].map(axis.position)
    for (index, place) in places.enumerated() { #expect(abs(place - Double(index) / 4) < 1e-9) }
    #expect(axis.position(of: 1) == 1)
    #expect(ReportPage.Axis.percentiles(count: 0).ticks.map(\.label) == ["0", "50", "90"])
  }

  @Test func `time is marked in a unit that suits it`() {
    let minute = ReportPage.Axis.time(from: -5, through: 60)
    #expect(minute.ticks.map(\.label) == ["0", "10", "20", "30", "40", "50", "60"])
    let hour = ReportPage.Axis.time(from: 0, through: 3_600)
    #expect(hour.title == "minutes of measuring" && hour.ticks.map(\.label).last == "60")
    #expect(ReportPage.Axis.time(from: 0, through: 86_400).title == "hours of measuring")
    #expect(ReportPage.Axis.time(from: 3, through: 3).ticks.map(\.label) == ["3", "4"])
  }

  // MARK: Numbers

  @Test(arguments: [
    (ReportPage.Quantity.count(0), "0"), (.count(999), "999"), (.count(1_234), "1,234"),
    (.count(-1_234_567), "-1,234,567"), (.rate(499.6), "500"), (.rate(99.96), "100"), (.rate(12.34), "12.3"),
    (.rate(48), "48"), (.rate(0.0456), "0.0456"), (.milliseconds(0), "0 ms"), (.milliseconds(0.087), "87 µs"),
    (.milliseconds(12.34), "12.3 ms"), (.milliseconds(1_234.5), "1,235 ms"), (.milliseconds(14_120), "14.1 s"),
    (.milliseconds(.nan), "– µs"),
    (.bytes(0), "0 B"), (.bytes(512), "512 B"), (.bytes(1_023), "0.999 KiB"), (.bytes(50_331_648), "48 MiB"),
    (.bytes(1.3e9), "1.21 GiB"), (.cores(1), "1 core"), (.cores(0.4217), "0.422 cores"), (.cores(0.00021), "0 cores"),
    (.seconds(60), "60 s"), (.seconds(4_000), "66.7 min"), (.seconds(86_400), "24 h"),
    (.share(1, of: 3), "33.3 %"), (.share(1, of: 0), "–"),
  ])
  func `a number is short and has its unit`(_ quantity: ReportPage.Quantity, _ text: String) {
    #expect(quantity.text == text.replacing(" ", with: "\u{a0}"))
  }

  @Test func `a ratio needs something to compare with`() {
    #expect(ReportPage.Quantity.ratio(3, to: 2)?.text == "×1.5")
    #expect(ReportPage.Quantity.ratio(3, to: 0) == nil && ReportPage.Quantity.ratio(0, to: 0) == nil)
    #expect(ReportPage.Quantity.counted(1, "device") == "1 device")
    #expect(ReportPage.Quantity.counted(1_200, "device") == "1,200 devices")
  }
}

extension ReportPageTests {
  /// Reads a page as XML is read and notes what is wrong with it.
  struct MarkupScan {
    private(set) var faults: [String] = []

    init(_ html: String) {
      var open = [Substring]()
      for piece in html.split(separator: "<", omittingEmptySubsequences: false).dropFirst() {
        guard let end = piece.firstIndex(of: ">") else {
          faults.append("no end: \(piece.prefix(60))")
          continue
        }
        let (tag, text) = (piece[..<end], piece[piece.index(after: end)...])
        let name = tag.prefix { $0.isLetter || $0.isNumber || $0 == "/" || $0 == "!" }
        switch name.first {
        case "!": break
        case "/": if open.popLast() != name.dropFirst() { faults.append("closes what is not open: \(tag)") }
        default: if tag.last != "/" { open.append(name) }
        }
        check(attributes: tag.dropFirst(name.count))
        check(text: text)
      }
      if !open.isEmpty { faults.append("not closed: \(open)") }
    }

    private mutating func check(attributes: Substring) {
      let parts = attributes.split(separator: "\"", omittingEmptySubsequences: false)
      if parts.count.isMultiple(of: 2) { faults.append("quotes: \(attributes)") }
      for index in stride(from: 0, to: parts.count - 1, by: 2) {
        let (name, value) = (parts[index].trimmingCharacters(in: .whitespaces), parts[index + 1])
        let isPlace = ["x=", "y=", "width=", "height=", "d=", "viewBox="].contains(name)
        let isNumeric = value.allSatisfy { $0.isNumber || "MLHVh.- ".contains($0) }
        if isPlace, !isNumeric { faults.append("place: \(value.prefix(60))") }
        check(text: value)
      }
    }

    private mutating func check(text: Substring) {
      if text.contains(">") { faults.append("not escaped: \(text.prefix(60))") }
      for rest in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
        let isKnown = ["amp;", "lt;", "gt;", "quot;", "#39;"].contains { rest.hasPrefix($0) }
        if !isKnown { faults.append("not escaped: &\(rest.prefix(20))") }
      }
    }
  }

  /// Invented runs.
  enum Fixture {
    enum Kind: CaseIterable {
      case none, one, closed, remote, empty, broken, several
    }

    static func reports(_ kind: Kind) throws -> [RunReport] {
      var report = try report()
      switch kind {
      case .none: return []
      case .one: break
      case .closed: report.setup.rate = nil
      case .remote: report.hub = nil
      case .empty: report = try empty()
      case .broken: report = try broken()
      case .several: return try (0..<8).map { _ in try Fixture.report() } + [empty(), broken()]
      }
      return [report]
    }

    /// Before anything was measured.
    private static func empty() throws -> RunReport {
      var report = try report()
      let nothing = #"{"count":0,"mean":0,"p50":0,"p90":0,"p99":0,"p999":0,"max":0,"curve":[]}"#
      report.outcome = try JSONDecoder().decode(RunReport.Latency.self, from: Data(nothing.utf8))
      report.delivery = report.outcome
      report.seconds = []
      report.setup.seconds = 0
      report.decidedPerSecond = 0
      report.counts.sent = 0
      report.counts.rejected = [:]
      report.convergence.devices = 0
      return report
    }

    /// With quotients of nothing by nothing, which a page must not draw.
    private static func broken() throws -> RunReport {
      var report = try report()
      report.outcome.p99 = .nan
      report.outcome.curve[3].milliseconds = .infinity
      report.delivery.curve[4].share = .nan
      report.decidedPerSecond = .nan
      report.setup.rate = .infinity
      report.seconds[2].hubCPU = .nan
      report.seconds[3].deliveryP99 = .infinity
      report.seconds[0].at = .nan
      report.seconds[4].at = .nan
      report.driver.cpuShare = .nan
      report.hub?.memoryIdlePerConnection = .infinity
      return report
    }

    /// A run in which all went well.
    static func report() throws -> RunReport {
      let curve = (1...40).map { step in
        let share = min(1, 1 - pow(10, -Double(step) / 8))
        return #"{"milliseconds":\#(0.4 * pow(1.15, Double(step))),"share":\#(step == 40 ? 1 : share)}"#
      }
      let times = #""count":30000,"mean":4.1,"p50":3.4,"p90":8,"p99":21.46,"p999":60,"max":107"#
      let latency = "{\(times),\"curve\":[\(list(curve))]}"
      let seconds = (-3..<60).map { at in
        """
        {"at":\(at),"sent":500,"decided":499,"delivered":1497,"outcomeP50":2.3,"outcomeP99":\(9 + at % 5),
        "deliveryP50":3.4,"deliveryP99":\(14 + at % 7),"hubCPU":0.11,"driverCPU":0.08,"hubMemory":50000000,
        "connections":1200,"attempts":\(at == 7 ? 1200 : 0)}
        """
      }
      let json = """
        {"setup":{"profile":"evening","about":"All are at home.","pack":"famquest","transport":"tcp","households":300,
        "devicesPerHousehold":4,"rate":500,"seconds":60,"startedAt":"2026-02-11T18:30:04Z","cores":2},
        "counts":{"sent":30000,"accepted":28000,"merged":1900,"rejected":{"denied":100},"delivered":90000,
        "connectionsMade":1200,"connectionsLost":0,"faults":{}},"outcome":\(latency),"delivery":\(latency),
        "decidedPerSecond":499,"seconds":[\(list(seconds))],"hub":{"cpuMicrosecondsPerChangeSet":211.7,"cpuShare":0.106,
        "memoryBefore":18700000,"memoryPeak":50331648,"memoryAfter":26000000,"memoryIdlePerConnection":11800,
        "databaseBytes":73400320,"logBytes":412345},"driver":{"cpuMicrosecondsPerChangeSet":121.4,"cpuShare":0.08,
        "lateness99":0.41,"isLimit":false},"convergence":{"households":300,"devices":1200,"records":24000,"faults":[]}}
        """
      return try JSONDecoder().decode(RunReport.self, from: Data(json.utf8))
    }

    private static func list(_ items: [String]) -> String { items.joined(separator: ",") }
  }
}

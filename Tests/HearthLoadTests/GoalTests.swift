import ArgumentParser
import Foundation
import HearthConsole
import HearthLoad
import Testing

@Suite("Load tester: goals", .serialized)
struct GoalTests {
  private static let full = GoalScale(share: 1)

  private static func goal(_ goal: Double?, _ beyond: Double?) -> Goal {
    Goal(.steady, .steadyP99, "p99", .milliseconds, goal: goal, beyond: beyond)
  }

  private static func report(_ rows: [GoalReport.Row], scale: GoalScale = full) -> GoalReport {
    GoalReport(
      setup: .init(
        pack: "famquest", runs: 3, seconds: 5, scale: scale, startedAt: "2026-01-01T00:00:00Z", cores: 2), rows: rows)
  }

  private static func steady(_ runs: [(p50: Double, p99: Double)], scale: GoalScale = full) -> GoalReport.Row {
    GoalReport.Row(.steady, runs.map { GoalSample([.steadyP50: $0.p50, .steadyP99: $0.p99]) }, scale)
  }

  // MARK: The table

  @Test func `every figure has one goal, every row has goals, and they stand in the rows' order`() {
    #expect(
      GoalTable.all.map(\.figure).sorted { $0.rawValue < $1.rawValue }
        == GoalFigure.allCases.sorted { $0.rawValue < $1.rawValue })
    #expect(GoalRow.allCases.flatMap(\.goals) == GoalTable.all)
    for row in GoalRow.allCases { #expect(!row.goals.isEmpty) }
    // What is beyond a goal is less than it.
    for goal in GoalTable.all { #expect((goal.beyond ?? 0) < (goal.goal ?? .infinity)) }
  }

  @Test(
    arguments: [
      (3.0, 2.0, 1.9, .beyond), (3, 2, 2, .beyond), (3, 2, 2.01, .met), (3, 2, 3, .met), (3, 2, 3.01, .missed),
      (25, nil, -4, .met), (25, nil, 26, .missed), (nil, nil, 1, nil),
    ] as [(Double?, Double?, Double, Goal.Verdict?)])
  func `a goal is an upper bound`(_ bound: Double?, _ beyond: Double?, _ measured: Double, _ verdict: Goal.Verdict?) {
    #expect(Self.goal(bound, beyond).verdict(on: measured) == verdict)
  }

  @Test func `the median over the runs is judged, not the best of them`() {
    let row = Self.steady([(0.3, 9), (0.5, 1), (0.7, 8)])
    #expect(row.figures.map(\.median) == [0.5, 8])
    #expect(row.figures.map(\.verdict) == [.met, .missed])
    #expect(row.figures[1].values == [9, 1, 8])
    #expect(Self.report([row]).hasMissed && !Self.report([row]).hasFault)
  }

  @Test func `below the full size there is no verdict, and the text says so`() {
    let small = GoalScale(share: 0.01)
    let report = Self.report([Self.steady([(0.3, 9)], scale: small)], scale: small)
    #expect(report.rows[0].figures.allSatisfy { $0.verdict == nil && $0.median != nil })
    #expect(!report.hasMissed)
    #expect(GoalText(report, .plain).text.contains("At 1 % of the size: no verdict."))
    #expect(GoalPage(report).html.contains("at 1 % of the size: no verdict"))
  }

  @Test func `a size has its least, and the full one is what it is`() {
    #expect(GoalScale(share: 0.01).count(1000) == 10 && GoalScale(share: 0.01).count(20, least: 2) == 2)
    #expect(Self.full.count(1000, least: 2) == 1000 && Self.full.rate(1000) == 1000)
    #expect(Self.full.isFull && !GoalScale(share: 0.99).isFull)
  }

  @Test func `a run whose devices differ in the end has no figures`() throws {
    let json = #"{"households": 1, "devices": 2, "records": 3, "faults": []}"#
    var convergence = try JSONDecoder().decode(RunReport.Convergence.self, from: Data(json.utf8))
    try convergence.refuseLosses()
    convergence.faults = ["device 1: tasks/x is not shown"]
    let fault = #expect(throws: LoadFault.self) { try convergence.refuseLosses() }
    #expect(fault?.description == "a run did not converge: device 1: tasks/x is not shown")
  }

  // MARK: What is shown

  @Test func `the table shows what was measured, its range, the goal and the verdict`() {
    let text = GoalText(Self.report([Self.steady([(0.3, 9), (0.5, 1), (0.7, 8)])]), .plain).text
    let rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(rows.contains { $0.first == "steady" && $0.suffix(7) == ["0.5", "ms", "0.3", "0.7", "0.6", "0.4", "met"] })
    // The row is named once.
    #expect(rows.contains { $0.first == "1,000" && $0.suffix(7) == ["8", "ms", "1", "9", "3", "2", "missed"] })
    #expect(text.contains("medians of 3 runs of 5 s each") && !text.contains("no verdict"))
  }

  @Test func `a fault takes the place of the figures, and what is run by itself says how`() {
    let report = Self.report([
      GoalReport.Row(.storm, fault: "nobody <came> back."), GoalReport.Row(.simulated, [], Self.full),
    ])
    #expect(report.hasFault)
    let text = GoalText(report, .plain).text
    #expect(text.contains("storm has no figures: nobody <came> back."))
    #expect(text.contains("simulated: run it by itself, hearth simulate --change-sets 1000000"))
    let html = GoalPage(report).html
    #expect(ReportPageTests.MarkupScan(html).faults == [])
    #expect(html.contains("nobody &lt;came&gt; back.") && html.contains("run by itself"))
  }

  @Test func `what others take stands beside, as its median, and a note once`() {
    let samples = [2.0, 8, 4].map { value in
      var sample = GoalSample([.cpuRatio: 3])
      sample.beside = [("redis", value, .times)]
      sample.notes = ["the driver was the limit"]
      return sample
    }
    let text = GoalText(Self.report([GoalReport.Row(.cpu, samples, Self.full)]), .plain).text
    #expect(text.contains("cpu, beside: redis 4 x\ncpu: the driver was the limit\n"))
    #expect(text.split(separator: "driver was the limit").count == 2)
  }

  // MARK: What is asked for

  @Test(arguments: [
    (["nope"], "There is no row `nope`. There are: cpu, websocket, "),
    (["cpu", "--runs", "0"], "--runs is 0; expected 1 through"),
    (["cpu", "--scale", "0"], "--scale is 0.0; expected 0.001 through 1.0"),
    (["cpu", "--seconds", "0"], "--seconds is 0.0; expected 0.1 through"),
    (["cpu", "--materials", "/nowhere"], "There is no folder `/nowhere`"),
  ])
  func `what makes no sense is refused with what was expected`(_ arguments: [String], _ words: String) async throws {
    let fault = await #expect(throws: LoadFault.self) { try await Self.measure(arguments) }
    #expect(fault?.description.contains(words) == true, "\(String(describing: fault))")
  }

  private static func measure(_ arguments: [String]) async throws -> GoalReport {
    let folders = [
      ("--reference", "loadtest/reference"), ("--peers", "loadtest/peers"), ("--packs", "fixtures"),
      ("--materials", "loadtest/goals"),
    ].filter { !arguments.contains($0.0) }.flatMap { [$0.0, Project.root.appending(path: $0.1).path] }
    return try await MeasureGoals.parse(arguments + folders).report()
  }

  // MARK: Rows

  @Test func `without the hub every row says what to install, and the others go on`() async throws {
    let report = try await Self.measure(["websocket", "steady", "simulated", "--hearth", "/nowhere", "--runs", "1"])
    #expect(report.rows.map(\.row) == [.webSocket, .steady, .simulated])
    for row in report.rows.prefix(2) { #expect(row.fault?.contains("scripts/release hearth") == true) }
    #expect(report.rows[2].fault == nil)
  }

  /// Each row, as small as it can be: whether it can be measured at all.
  @Test(
    .enabled(if: Project.hasCompiler, "needs cc"),
    arguments: GoalRow.allCases.filter { $0.command == nil })
  func `a row can be measured`(_ row: GoalRow) async throws {
    let report = try await Self.measure([
      row.rawValue, "--hearth", Project.hearth.path, "--runs", "1", "--scale", "0.001", "--seconds", "0.5",
      "--warm-up", "0",
    ])
    #expect(report.rows.count == 1 && report.rows[0].fault == nil, "\(report.rows[0].fault ?? "")")
    for figure in report.rows[0].figures {
      #expect(figure.values.count == 1, "\(figure.goal.figure)")
      #expect(figure.median?.isFinite == true && figure.verdict == nil)
      // What is the difference of two may be less than nothing when both are small.
      let isDifference = figure.goal.unit == .percent || figure.goal.figure == .idleConnection
      #expect(isDifference || (figure.median ?? 0) > 0, "\(figure.goal.figure)")
    }
  }
}

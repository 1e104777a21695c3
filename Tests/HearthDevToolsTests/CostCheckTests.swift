import HearthConsole
import Testing

@testable import HearthDevTools

/// What is counted is held to what is noted.
@Suite("Costs: the comparison")
struct CostCheckTests {
  private static let edit = CostWorkload.all[0]

  /// A comparison of one figure of one workload.
  private func check(
    _ figure: CostFigure, noted: Double?, found: Double, allowed: Double, elsewhere: Bool = false,
    unmeasured: [CostFigure: String] = [:]
  ) -> CostCheck {
    var surroundings = CostSurroundings.current
    if elsewhere { surroundings.compiler = "5.10" }
    let sheet = CostSheet(
      surroundings, allowance: [figure: allowed], noted: [Self.edit.name: noted.map { [figure: $0] } ?? [:]])
    let counted = CountedCosts(workloads: [(Self.edit, [figure: found])], unmeasured: unmeasured)
    return CostCheck(counted, against: sheet)
  }

  @Test(arguments: [(100.0, 100.0), (100, 103), (100, 97), (0, 0)])
  func `what is within the allowance is as noted`(noted: Double, found: Double) {
    let check = check(.allocations, noted: noted, found: found, allowed: 3)
    #expect(check.findings.isEmpty && check.comparedCount == 1)
  }

  @Test(arguments: [(100.0, 103.02), (4, 5), (0, 1)])
  func `what is above the allowance is a failure`(noted: Double, found: Double) {
    #expect(check(.allocations, noted: noted, found: found, allowed: 3).worse.map(\.found) == [found])
  }

  @Test func `what is clearly below is told and no failure`() {
    let check = check(.allocations, noted: 100, found: 90, allowed: 3)
    #expect(check.worse.isEmpty && check.better.map(\.percent) == [-10])
  }

  @Test func `without an allowance the last noted digit counts`() {
    #expect(check(.syncs, noted: 0.02, found: 0.03, allowed: 0).worse.count == 1)
    #expect(check(.syncs, noted: 0.02, found: 0.02, allowed: 0).findings.isEmpty)
  }

  @Test func `what is of the build is compared with the same build only`() {
    let build = check(.allocations, noted: 1, found: 100, allowed: 3, elsewhere: true)
    #expect(build.findings.isEmpty && build.comparedCount == 0)
    #expect(build.uncompared[.allocations]?.contains("noted with Swift 5.10") == true)
    #expect(check(.statements, noted: 1, found: 100, allowed: 0, elsewhere: true).worse.count == 1)
  }

  @Test func `what was not measured or not noted is told and no failure`() {
    let unmeasured = check(.instructions, noted: 5, found: 9, allowed: 3, unmeasured: [.instructions: "no valgrind"])
    #expect(unmeasured.findings.isEmpty && unmeasured.uncompared == [.instructions: "no valgrind"])
    let unnoted = check(.instructions, noted: nil, found: 9, allowed: 3)
    #expect(unnoted.findings.isEmpty && unnoted.uncompared == [.instructions: "nothing is noted"])
  }

  @Test func `a failure shows expected, found and allowed, and how to note what is meant`() {
    let counted = CountedCosts(workloads: [(Self.edit, [.statements: 5, .allocations: 110])])
    let sheet = CostSheet(.current, noted: [Self.edit.name: [.statements: 4, .allocations: 100.5]])
    let report = CostReport(counted: counted, check: CostCheck(counted, against: sheet))
    #expect(
      report.text(.plain) == """
        2 figures above what is noted:
        workload  figure       noted  found  change  allowed
        edit      statements       4      5   +25 %     +0 %
        edit      allocations  100.5    110  +9.5 %     +3 %

        If the change is meant to cost that, note it: scripts/costs --rewrite. Its review shows the price.

        """)
  }

  @Test func `better figures ask to be noted`() {
    let counted = CountedCosts(workloads: [(Self.edit, [.statements: 3])])
    let sheet = CostSheet(.current, noted: [Self.edit.name: [.statements: 4]])
    let report = CostReport(counted: counted, check: CostCheck(counted, against: sheet))
    #expect(
      report.text(.plain) == """
        1 figure below what is noted:
        workload  figure      noted  found  change  allowed
        edit      statements      4      3   -25 %     +0 %

        Better than noted: note it, so that it stays: scripts/costs --rewrite.

        """)
  }
}

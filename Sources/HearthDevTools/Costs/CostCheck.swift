/// What was counted beside what is noted.
struct CostCheck {
  struct Finding: Hashable {
    let workload: String
    let figure: CostFigure
    let noted: Double
    let found: Double
    let allowedPercent: Double

    var isWorse: Bool { found > noted }
    /// By how many percent it is more or less; nil when nothing was noted.
    var percent: Double? { noted == 0 ? nil : (found - noted) / noted * 100 }
  }

  /// What costs more than is allowed, and what clearly costs less than is noted.
  let findings: [Finding]
  /// Figures that were not compared, and why.
  let uncompared: [CostFigure: String]
  /// How many figures were compared.
  let comparedCount: Int

  var worse: [Finding] { findings.filter(\.isWorse) }
  var better: [Finding] { findings.filter { !$0.isWorse } }

  /// - Parameter unmeasured: figures that were not counted, and why.
  init(_ counted: CountedCosts, against sheet: CostSheet) {
    var uncompared = counted.unmeasured
    if let difference = counted.surroundings.difference(from: sheet.surroundings) {
      for figure in CostFigure.allCases where figure.isOfTheBuild && uncompared[figure] == nil {
        uncompared[figure] = difference
      }
    }
    var findings = [Finding]()
    var comparedCount = 0
    for (workload, costs) in counted.workloads {
      for figure in CostFigure.allCases where uncompared[figure] == nil {
        guard let found = costs[figure] else { continue }
        guard let noted = sheet.noted[workload.name]?[figure] else {
          uncompared[figure] = "nothing is noted"
          continue
        }
        comparedCount += 1
        let finding = Finding(
          workload: workload.name, figure: figure, noted: noted, found: found,
          allowedPercent: sheet.allowance[figure] ?? 0)
        if abs(found - noted) > noted * finding.allowedPercent / 100 + Self.tolerance { findings.append(finding) }
      }
    }
    (self.findings, self.uncompared, self.comparedCount) = (findings, uncompared, comparedCount)
  }

  /// Half of the last digit of what is noted.
  private static let tolerance = 0.005
}

internal import Foundation
internal import HearthConsole

/// Costs, and what became of their comparison, for people and for programs.
struct CostReport {
  let counted: CountedCosts
  /// Nil when nothing was compared.
  var check: CostCheck?

  // MARK: For people

  func text(_ terminal: Terminal) -> String {
    guard let check else { return table(terminal) + unmeasured(counted.unmeasured) }
    var text = findings(check.worse, "above what is noted", .bad, terminal)
    text += findings(check.better, "below what is noted", .good, terminal)
    text += unmeasured(check.uncompared)
    if !check.worse.isEmpty {
      return text
        + "If the change is meant to cost that, note it: scripts/costs --rewrite. Its review shows the price.\n"
    }
    if !check.better.isEmpty {
      return text + "Better than noted: note it, so that it stays: scripts/costs --rewrite.\n"
    }
    return text + "\(check.comparedCount) figures of \(counted.workloads.count) workloads are as noted.\n"
  }

  private func table(_ terminal: Terminal) -> String {
    let figures = CostFigure.allCases.filter { counted.unmeasured[$0] == nil }
    var table = Table([("workload", .left)] + figures.map { ($0.title, .right) })
    for (workload, costs) in counted.workloads {
      table.add([workload.name] + figures.map { figure in costs[figure].map(figure.shown) ?? "" })
    }
    var words = Table([("workload", .left), ("what happens", .left), ("app", .left)])
    for (workload, _) in counted.workloads { words.add([workload.name, workload.what, workload.app]) }
    return words.text(terminal) + "\n" + table.text(terminal)
  }

  private func findings(
    _ findings: [CostCheck.Finding], _ title: String, _ style: Terminal.Style, _ terminal: Terminal
  ) -> String {
    guard !findings.isEmpty else { return "" }
    var table = Table([
      ("workload", .left), ("figure", .left), ("noted", .right), ("found", .right), ("change", .right),
      ("allowed", .right),
    ])
    for finding in findings {
      let change = finding.percent.map { "\($0 > 0 ? "+" : "")\(Self.percent($0)) %" } ?? "new"
      table.add([
        finding.workload, finding.figure.rawValue, finding.figure.shown(finding.noted),
        finding.figure.shown(finding.found), change, "+\(Self.percent(finding.allowedPercent)) %",
      ])
    }
    let count = findings.count == 1 ? "1 figure" : "\(findings.count) figures"
    return terminal.styled("\(count) \(title):", style) + "\n\(table.text(terminal))\n"
  }

  private static func percent(_ value: Double) -> String {
    let rounded = (value * 10).rounded() / 10
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  private func unmeasured(_ reasons: [CostFigure: String]) -> String {
    CostFigure.allCases.compactMap { figure in
      reasons[figure].map { "\(figure.rawValue): \(check == nil ? "not measured" : "not compared"): \($0).\n" }
    }.joined()
  }

  // MARK: For programs

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let workloads = counted.workloads.map { entry in
      Whole.Workload(
        name: entry.workload.name, what: entry.workload.what, app: entry.workload.app,
        costs: Dictionary(uniqueKeysWithValues: entry.costs.map { ($0.rawValue, $1) }))
    }
    let findings = check?.findings.map { finding in
      Whole.Finding(
        workload: finding.workload, figure: finding.figure.rawValue, noted: finding.noted, found: finding.found,
        allowedPercent: finding.allowedPercent, isWorse: finding.isWorse)
    }
    let named = { (reasons: [CostFigure: String]) in
      Dictionary(uniqueKeysWithValues: reasons.map { ($0.rawValue, $1) })
    }
    let whole = Whole(
      measuredOn: counted.surroundings, workloads: workloads, notMeasured: named(counted.unmeasured),
      notCompared: check.map { named($0.uncompared) }, findings: findings)
    return String(decoding: try encoder.encode(whole), as: UTF8.self) + "\n"
  }

  private struct Whole: Encodable {
    struct Workload: Encodable {
      let name, what, app: String
      let costs: [String: Double]
    }

    struct Finding: Encodable {
      let workload, figure: String
      let noted, found, allowedPercent: Double
      let isWorse: Bool
    }

    let measuredOn: CostSurroundings
    let workloads: [Workload]
    let notMeasured: [String: String]
    let notCompared: [String: String]?
    let findings: [Finding]?
  }
}

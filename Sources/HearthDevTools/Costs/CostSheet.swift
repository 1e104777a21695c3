internal import HearthPack

/// What change sets are known to cost, and how much more is let pass: `fixtures/costs.yaml`.
struct CostSheet: Equatable {
  /// Where it was measured; what is of the build is comparable only there.
  var surroundings: CostSurroundings
  /// By how many percent each figure may exceed what is noted.
  var allowance: [CostFigure: Double]
  /// By workload. Instructions are left out where nothing could count them.
  var noted: [String: Costs]

  init(_ surroundings: CostSurroundings, allowance: [CostFigure: Double] = [:], noted: [String: Costs] = [:]) {
    self.surroundings = surroundings
    self.noted = noted
    self.allowance = Dictionary(
      uniqueKeysWithValues: CostFigure.allCases.map { ($0, allowance[$0] ?? $0.usualAllowance) })
  }

  /// What was counted, with the allowances of a former sheet, and with its instructions where none could be counted.
  init(_ counted: CountedCosts, keeping former: CostSheet?) {
    self.init(counted.surroundings, allowance: former?.allowance ?? [:])
    for (workload, costs) in counted.workloads {
      noted[workload.name] = costs.merging(former?.noted[workload.name] ?? [:]) { own, _ in own }
    }
  }

  // MARK: Reading

  /// Reads a sheet that has to have each of the workloads, and nothing that is not known.
  ///
  /// - Parameter isRewritten: whether it is going to be written anew, which adds what is missing and drops what is not
  ///   known.
  /// - Throws: ``CostFault`` with all mistakes, a line for each.
  init(_ text: String, file: String, workloads: [String], isRewritten: Bool = false) throws {
    let root: YAMLNode
    do { root = try YAMLNode.read(text, file: file) } catch { throw CostFault("\(error)") }
    var reader = CostSheetReader(file: file, isRewritten: isRewritten)
    let sections = reader.values(of: root, "the file", ["measured_on", "allowed_percent", "workloads"])
    let place = reader.values(of: sections["measured_on"], "measured_on", ["architecture", "compiler", "sqlite"])
    surroundings = CostSurroundings(
      architecture: place["architecture"]?.text ?? "", compiler: place["compiler"]?.text ?? "",
      sqlite: place["sqlite"]?.text ?? "")
    allowance = reader.figures(of: sections["allowed_percent"], "allowed_percent", mayLack: [])
    noted = reader.values(of: sections["workloads"], "workloads", workloads).reduce(into: [:]) { noted, entry in
      noted[entry.key] = reader.figures(of: entry.value, entry.key, mayLack: [.instructions])
    }
    guard reader.mistakes.isEmpty else { throw CostFault(reader.mistakes.joined(separator: "\n")) }
  }

  // MARK: Writing

  /// The file's text, with the workloads in the given order.
  func text(workloads: [String]) -> String {
    var lines = [
      "# What a change set costs the hub, as `hearth-dev costs` counts it; docs/performance.md explains the figures.",
      "#",
      "# `hearth-dev costs --check` compares. A change that is meant to move a figure brings the file rewritten by",
      "# `scripts/costs --rewrite`: then its review shows the price. What stands under allowed_percent is kept.",
      "",
      "# The figures of the build, allocations and instructions, are compared only where these are the same.",
      "measured_on:",
      "  architecture: \"\(surroundings.architecture)\"",
      "  compiler: \"\(surroundings.compiler)\"",
      "  sqlite: \"\(surroundings.sqlite)\"",
      "",
      "# By how many percent a figure may exceed what is noted.",
      "allowed_percent:",
    ]
    lines += Self.lines(allowance, indent: "  ")
    lines += ["", "# For each change set.", "workloads:"]
    for workload in workloads {
      lines.append("  \(workload):")
      lines += Self.lines(noted[workload] ?? [:], indent: "    ")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lines(_ figures: [CostFigure: Double], indent: String) -> [String] {
    CostFigure.allCases.compactMap { figure in
      figures[figure].map { "\(indent)\(figure.rawValue): \(figure.shown($0))" }
    }
  }
}

/// Reads the mappings of a sheet and collects what is wrong with them.
private struct CostSheetReader {
  let file: String
  let isRewritten: Bool
  private(set) var mistakes: [String] = []

  init(file: String, isRewritten: Bool) {
    (self.file, self.isRewritten) = (file, isRewritten)
  }

  private mutating func report(_ mark: Mark, _ message: String) {
    mistakes.append("\(file):\(mark.line):\(mark.column): \(message)")
  }

  /// The values of a mapping that has exactly these keys.
  mutating func values(
    of node: YAMLNode?, _ place: String, _ keys: [String], mayLack: [String] = []
  ) -> [String: YAMLNode] {
    guard let node else { return [:] }
    guard let pairs = node.pairs else {
      report(node.mark, "`\(place)` has to be a mapping, this is \(node.kind).")
      return [:]
    }
    for pair in pairs where !keys.contains(pair.key) && !isRewritten {
      report(pair.keyMark, "`\(pair.key)` is not known in \(place).\(suggestion(for: pair.key, among: keys))")
    }
    for key in keys where node[key] == nil && !mayLack.contains(key) && !isRewritten {
      report(node.mark, "`\(key)` is missing in \(place). Write the file anew: scripts/costs --rewrite.")
    }
    return Dictionary(pairs.filter { keys.contains($0.key) }.map { ($0.key, $0.value) }) { first, _ in first }
  }

  mutating func figures(of node: YAMLNode?, _ place: String, mayLack: [CostFigure]) -> [CostFigure: Double] {
    let found = values(of: node, place, CostFigure.allCases.map(\.rawValue), mayLack: mayLack.map(\.rawValue))
    return CostFigure.allCases.reduce(into: [:]) { figures, figure in
      guard let node = found[figure.rawValue] else { return }
      guard let number = node.text.flatMap(Double.init), number >= 0, number.isFinite else {
        return report(node.mark, "`\(figure.rawValue)` has to be a number from 0, this is \(node.kind).")
      }
      figures[figure] = number
    }
  }
}

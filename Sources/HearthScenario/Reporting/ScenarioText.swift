package import HearthConsole
internal import HearthPack

/// What a person reads while and after scenarios run.
package struct ScenarioText {
  private let terminal: Terminal
  private let isVerbose: Bool

  /// - Parameter isVerbose: whether each step of a scenario that passes has its line.
  package init(_ terminal: Terminal, isVerbose: Bool) {
    self.terminal = terminal
    self.isVerbose = isVerbose
  }

  /// A finished scenario: one line when it passed, the steps and what went wrong when not.
  package func result(_ result: ScenarioResult, replay: String) -> String {
    let ids = result.scenario.proves.joined(separator: " ")
    let time = Self.milliseconds(result.milliseconds)
    guard let failed = result.failure else {
      let line = "\(mark(true)) \(result.scenario.title)  \(terminal.styled("\(ids)  \(time)", .quiet))\n"
      return isVerbose ? line + steps(result) : line
    }
    return
      "\(mark(false)) \(terminal.styled(result.scenario.title, .strong))  \(terminal.styled("\(ids)  \(time)", .quiet))\n"
      + steps(result) + failure(failed, result.scenario) + "\n  replay: \(replay)\n\n"
  }

  /// The last line of a run.
  package static func summary(passed: Int, failed: Int) -> String {
    "\(passed) passed, \(failed) failed\n"
  }

  // MARK: Parts

  private func mark(_ isGood: Bool) -> String {
    isGood ? terminal.styled("✓", .good) : terminal.styled("✗", .bad)
  }

  private func steps(_ result: ScenarioResult) -> String {
    var table = Table([("", .left), ("line", .right), ("step", .left), ("ms", .right)])
    for step in result.steps {
      let isGood = step.failure == nil
      table.add(
        [isGood ? "✓" : "✗", "\(step.step.mark.line)", clipped(step.step.text), Self.milliseconds(step.milliseconds)],
        styles: [isGood ? .good : .bad, .quiet, isGood ? nil : .strong, .quiet])
    }
    return indented(table.text(terminal))
  }

  private func failure(_ result: StepResult, _ scenario: Scenario) -> String {
    guard let failure = result.failure else { return "" }
    let place = "\(scenario.file):\(result.step.mark.line):\(result.step.mark.column)"
    var text = "\n  \(place): \(terminal.styled(failure.summary, .bad))\n"
    text += "    \(result.step.text)\n    \(terminal.styled("^", .bad))\n"
    if !failure.rows.isEmpty {
      var table = Table(["device", "what", "expected", "seen"])
      for row in failure.rows {
        table.add([row.device, row.subject, row.expected, row.actual], styles: [.name, nil, .good, .bad])
      }
      text += indented(table.text(terminal))
    }
    for decision in failure.decisions { text += "  decided: \(decision)\n" }
    return text
  }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "  \($0)" }.joined(separator: "\n")
  }

  private func clipped(_ text: String) -> String {
    let room = max(40, terminal.width - 24)
    return text.count > room ? text.prefix(room - 1) + "…" : text
  }

  private static func milliseconds(_ value: Double) -> String {
    value < 10 ? "\((value * 10).rounded() / 10) ms" : "\(Int(value.rounded())) ms"
  }
}

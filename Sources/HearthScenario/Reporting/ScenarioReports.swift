internal import HearthPack

/// A run of scenarios for machines (docs/reference/json.md).
package struct ScenarioReport: Codable, Sendable {
  package let passed: Int
  package let failed: Int
  package let scenarios: [Entry]

  package struct Entry: Codable, Sendable {
    package let file: String
    package let title: String
    package let proves: [String]
    package let passed: Bool
    package let milliseconds: Double
    package let steps: [Step]
  }

  package struct Step: Codable, Sendable {
    package let line: Int
    package let step: String
    package let passed: Bool
    package let milliseconds: Double
    package let failure: String?
    package let rows: [Row]
    package let decisions: [String]
  }

  package struct Row: Codable, Sendable {
    package let device: String
    package let subject: String
    package let expected: String
    package let seen: String
  }

  package init(_ results: [ScenarioResult]) {
    passed = results.count { $0.failure == nil }
    failed = results.count { $0.failure != nil }
    scenarios = results.map { Entry($0) }
  }
}

extension ScenarioReport.Entry {
  fileprivate init(_ result: ScenarioResult) {
    self.init(
      file: result.scenario.file, title: result.scenario.title, proves: result.scenario.proves,
      passed: result.failure == nil, milliseconds: result.milliseconds,
      steps: result.steps.map { ScenarioReport.Step($0) })
  }
}

extension ScenarioReport.Step {
  fileprivate init(_ result: StepResult) {
    self.init(
      line: result.step.mark.line, step: result.step.text, passed: result.failure == nil,
      milliseconds: result.milliseconds, failure: result.failure?.summary,
      rows: (result.failure?.rows ?? []).map {
        ScenarioReport.Row(device: $0.device, subject: $0.subject, expected: $0.expected, seen: $0.actual)
      },
      decisions: result.failure?.decisions ?? [])
  }
}

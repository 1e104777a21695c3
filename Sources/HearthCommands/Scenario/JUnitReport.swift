internal import HearthConsole
internal import HearthPack
internal import HearthScenario
internal import XMLCoder

/// A run of scenarios as JUnit XML: one test suite with one case for each scenario, its steps as properties.
///
/// Jenkins (xUnit plugin, `junit-10.xsd`) takes properties in a suite only, and knows no file or line of a case; so
/// each scenario is a suite.
enum JUnitReport {
  static func xml(_ results: [ScenarioResult]) throws -> String {
    let encoder = XMLEncoder()
    encoder.outputFormatting = [.prettyPrinted]
    let data = try encoder.encode(
      Suites(results), withRootKey: "testsuites", header: XMLHeader(version: 1.0, encoding: "UTF-8"))
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private struct Suites: Encodable, DynamicNodeEncoding {
    let name = "hearth scenario"
    let tests: Int
    let failures: Int
    let errors = 0
    let time: String
    let testsuite: [Suite]

    init(_ results: [ScenarioResult]) {
      tests = results.count
      failures = results.count { $0.failure != nil }
      time = seconds(results.reduce(0) { $0 + $1.milliseconds })
      testsuite = results.map { Suite($0) }
    }

    static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
      key.stringValue == "testsuite" ? .element : .attribute
    }
  }

  private struct Suite: Encodable, DynamicNodeEncoding {
    let name: String
    let file: String
    let tests = 1
    let failures: Int
    let errors = 0
    let skipped = 0
    let time: String
    let properties: Properties
    let testcase: Case

    init(_ result: ScenarioResult) {
      name = result.scenario.title.printable
      file = result.scenario.file.printable
      failures = result.failure == nil ? 0 : 1
      time = seconds(result.milliseconds)
      properties = Properties(
        property: result.steps.map { step in
          Property(
            name: "line \(step.step.mark.line)",
            value: (step.failure == nil ? "ok: " : "failed: ") + step.step.text.printable)
        })
      testcase = Case(result)
    }

    static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
      ["properties", "testcase"].contains(key.stringValue) ? .element : .attribute
    }
  }

  private struct Case: Encodable, DynamicNodeEncoding {
    let name: String
    let classname: String
    let time: String
    let failure: Failure?

    init(_ result: ScenarioResult) {
      name = result.scenario.title.printable
      classname = result.scenario.file.printable
      time = seconds(result.milliseconds)
      failure = result.failure.map { Failure($0, in: result.scenario.file) }
    }

    static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
      key.stringValue == "failure" ? .element : .attribute
    }
  }

  private struct Properties: Encodable {
    let property: [Property]
  }

  private struct Property: Encodable, DynamicNodeEncoding {
    let name: String
    let value: String

    static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding { .attribute }
  }

  private struct Failure: Encodable, DynamicNodeEncoding {
    let message: String
    let type = "expectation"
    let text: String

    enum CodingKeys: String, CodingKey {
      case message
      case type
      case text = ""
    }

    init(_ step: StepResult, in file: String) {
      let failure = step.failure
      message = (failure?.summary ?? "").printable
      let place = "\(file):\(step.step.mark.line):\(step.step.mark.column): \(step.step.text)"
      let rows = (failure?.rows ?? []).map { "\($0.device): \($0.subject): expected \($0.expected), seen \($0.actual)" }
      // What XML cannot hold, as controls, is made visible line by line.
      text = ([place] + rows + (failure?.decisions ?? [])).map(\.printable).joined(separator: "\n")
    }

    static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
      key.stringValue == "" ? .element : .attribute
    }
  }

  /// `1.250`: Jenkins wants three decimals.
  private static func seconds(_ milliseconds: Double) -> String {
    let whole = Int(milliseconds.rounded())
    let rest = String(whole % 1000)
    return "\(whole / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}

internal import HearthPack
internal import HearthScenario
internal import XMLCoder

/// A run of scenarios as JUnit XML: one testcase for each scenario, its steps as properties.
enum JUnitReport {
  static func xml(_ results: [ScenarioResult]) throws -> String {
    let encoder = XMLEncoder()
    encoder.outputFormatting = [.prettyPrinted]
    let data = try encoder.encode(
      Suites(results), withRootKey: "testsuites", header: XMLHeader(version: 1.0, encoding: "UTF-8"))
    return String(decoding: data, as: UTF8.self)
  }

  private struct Suites: Encodable, DynamicNodeEncoding {
    let tests: Int
    let failures: Int
    let time: String
    let testsuite: [Suite]

    init(_ results: [ScenarioResult]) {
      tests = results.count
      failures = results.count { $0.failure != nil }
      time = seconds(results.reduce(0) { $0 + $1.milliseconds })
      testsuite = [Suite(results)]
    }

    static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
      key.stringValue == "testsuite" ? .element : .attribute
    }
  }

  private struct Suite: Encodable, DynamicNodeEncoding {
    let name = "hearth scenario"
    let tests: Int
    let failures: Int
    let errors = 0
    let skipped = 0
    let time: String
    let testcase: [Case]

    init(_ results: [ScenarioResult]) {
      tests = results.count
      failures = results.count { $0.failure != nil }
      time = seconds(results.reduce(0) { $0 + $1.milliseconds })
      testcase = results.map { Case($0) }
    }

    static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
      key.stringValue == "testcase" ? .element : .attribute
    }
  }

  private struct Case: Encodable, DynamicNodeEncoding {
    let name: String
    let classname: String
    let time: String
    let properties: Properties
    let failure: Failure?

    init(_ result: ScenarioResult) {
      name = result.scenario.title
      classname = result.scenario.file
      time = seconds(result.milliseconds)
      properties = Properties(
        property: result.steps.map { step in
          Property(
            name: "line \(step.step.mark.line)", value: (step.failure == nil ? "ok: " : "failed: ") + step.step.text)
        })
      failure = result.failure.map { Failure($0) }
    }

    static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
      ["properties", "failure"].contains(key.stringValue) ? .element : .attribute
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

    init(_ step: StepResult) {
      let failure = step.failure
      message = failure?.summary ?? ""
      let rows = (failure?.rows ?? []).map { "\($0.device): \($0.subject): expected \($0.expected), seen \($0.actual)" }
      text = ([step.step.text] + rows + (failure?.decisions ?? [])).joined(separator: "\n")
    }

    static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
      key.stringValue == "" ? .element : .attribute
    }
  }

  private static func seconds(_ milliseconds: Double) -> String {
    String((milliseconds / 1000 * 1000).rounded() / 1000)
  }
}

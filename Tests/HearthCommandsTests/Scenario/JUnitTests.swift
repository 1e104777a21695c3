import Foundation
import Testing

/// `--junit` writes what build servers read (G18).
@Suite(.serialized) struct JUnitTests {
  private static func schema() throws -> XMLSchema {
    try XMLSchema(Data(contentsOf: Repository.file("Tests/HearthCommandsTests/Fixtures/junit-10.xsd")))
  }

  @Test func `a run of good and bad scenarios fits the schema`() async throws {
    let place = try ScenarioOutputTests.place()
    for (name, steps) in ScenarioOutputTests.failing {
      try place.write(ScenarioOutputTests.scenario("It fails (\(name))", steps), to: "app/scenarios/\(name).yaml")
    }
    let odd = #"- eva-phone sets: { tasks/dishes: { title: "<&>\"' \u0001 \t]]> 家族" } }"# + "\n- outbox of eva-phone: 7"
    try place.write(ScenarioOutputTests.scenario("\"<&> ]]> \\u0007 家族\"", odd), to: "app/scenarios/odd.yaml")
    try place.write(ScenarioOutputTests.scenario("It passes", "- outbox of eva-phone: 0"), to: "app/scenarios/a.yaml")
    let run = try await place.hearth("scenario", "app/scenarios", "--junit", "report.xml")
    #expect(run.status == 1)
    let report = try XMLTree.read(Data(contentsOf: place.folder.appending(path: "report.xml")))
    #expect(try Self.schema().faults(of: report).isEmpty)
    let suites = report.children("testsuite")
    #expect(suites.count == ScenarioOutputTests.failing.count + 2)
    #expect(report.attributes["failures"] == "\(suites.count - 1)" && report.attributes["tests"] == "\(suites.count)")
    let failed = suites.filter { !$0.children("testcase")[0].children("failure").isEmpty }
    #expect(failed.count == suites.count - 1)
    let text = try #require(
      suites.first { $0.attributes["file"] == "app/scenarios/sees.yaml" }?.children("testcase").first?.children(
        "failure"
      ).first?.text)
    #expect(text.hasPrefix("app/scenarios/sees.yaml:14:5: everyone sees: "), "\(text)")
    #expect(text.contains("eva-phone: tasks/dishes title: expected Vaatwasser, seen Afwassen"), "\(text)")
    #expect(text.contains("noah's title `Vaatwasser` lost to eva's `Afwassen`"), "\(text)")
  }

  @Test func `each step is a property, as far as it ran`() async throws {
    let place = try ScenarioOutputTests.place()
    try place.write(
      ScenarioOutputTests.scenario("x", "- outbox of eva-phone: 0\n- outbox of eva-phone: 1\n- online: all"),
      to: "app/scenarios/a.yaml")
    _ = try await place.hearth("scenario", "app/scenarios", "--junit", "report.xml", "--json")
    let report = try XMLTree.read(Data(contentsOf: place.folder.appending(path: "report.xml")))
    let properties = report.children("testsuite")[0].children("properties")[0].children("property")
    #expect(
      properties.map { [$0.attributes["name"], $0.attributes["value"]] } == [
        ["line 8", "ok: online: all"], ["line 9", "ok: offline: noah-tablet"],
        ["line 10", "ok: outbox of eva-phone: 0"],
        ["line 11", "failed: outbox of eva-phone: 1"],
      ])
  }

  @Test func `a report that cannot be written`() async throws {
    let place = try ScenarioOutputTests.place()
    try place.write(ScenarioOutputTests.scenario("x", "- outbox of eva-phone: 0"), to: "app/scenarios/a.yaml")
    let run = try await place.hearth("scenario", "app/scenarios", "--junit", "nowhere/report.xml")
    #expect(run.status == 2 && run.errors.hasPrefix("E4102 unwritable: `nowhere/report.xml`"), "\(run.errors)")
  }

  /// The checker itself finds what is wrong.
  @Test func `a wrong report is found`() throws {
    let schema = try Self.schema()
    func faults(_ text: String) throws -> [String] { try schema.faults(of: XMLTree.read(Data(text.utf8))) }
    let suite = #"<testsuite name="s" tests="1" failures="0" errors="0" skipped="0" time="0.001" file="f">"#
    let inner =
      #"<properties><property name="a" value="b"/></properties><testcase name="c" classname="d" time="0.001"/>"#
    let head = #"<testsuites name="n" tests="1" failures="0" errors="0" time="0.001">"#
    #expect(try faults(head + suite + inner + "</testsuite></testsuites>").isEmpty)
    #expect(try faults(head + "</testsuites>") == ["/testsuites: `testsuite` is missing"])
    for wrong in [
      suite.replacing("0.001", with: "1"), suite.replacing(#"tests="1""#, with: #"tests="-1""#),
      suite.replacing(#" file="f""#, with: ""), suite.replacing(#"file="f""#, with: #"file="f" line="1""#),
    ] {
      #expect(try faults(head + wrong + inner + "</testsuite></testsuites>").count == 1, "\(wrong)")
    }
    #expect(try !faults(head + suite + "<testcase/>" + "</testsuite></testsuites>").isEmpty)
    #expect(try !faults(head + suite + inner + "text</testsuite></testsuites>").isEmpty)
    #expect(try !faults("<testsuite/>").isEmpty)
  }
}

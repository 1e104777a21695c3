import Foundation
import Testing

/// What `hearth scenario` prints and ends with (G16, G17).
@Suite(.serialized) struct ScenarioOutputTests {
  /// A workplace with FamQuest's pack and seed beside an empty folder of scenarios.
  static func place() throws -> Workplace {
    let place = try Workplace(rules: false)
    try place.write(
      Workplace.withoutRules(try Repository.text("fixtures/famquest/schema.yaml")), to: "app/schema.yaml")
    try place.write(try Repository.text("fixtures/famquest/seed.yaml"), to: "app/seed.yaml")
    try FileManager.default.createDirectory(
      at: place.folder.appending(path: "app/scenarios"), withIntermediateDirectories: true)
    return place
  }

  static func masked(_ text: String) -> String {
    text.replacing(/\ *\b\d+(\.\d+)? ms\b/, with: " <ms>").replacing(/\ +ms\n/, with: " ms\n")
      .replacing(/127\.0\.0\.1:\d+/, with: "127.0.0.1:<port>")
      .replacing(/revision \d+/, with: "revision <n>")
      .replacing(/\d{4}-\d\d-\d\dT[\d:.]+Z(\+\d+)?/, with: "<time>")
  }

  /// A scenario of two devices with these steps.
  static func scenario(_ title: String, _ steps: String) -> String {
    """
    scenario: \(title)
    proves: [T-1]
    household: eva-family
    devices:
      noah-tablet: noah
      eva-phone: eva
    steps:
      - online: all
      - offline: noah-tablet
    \(steps.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))

    """
  }

  private static let conflict = """
    - noah-tablet sets: { tasks/dishes: { title: Vaatwasser } }
      as: noahs
    - eva-phone sets: { tasks/dishes: { title: Afwassen } }
    - online: noah-tablet

    """

  /// One failing scenario for each kind of expectation.
  static let failing: [(name: String, steps: String)] = [
    ("sees", conflict + "- everyone sees: { tasks/dishes: { title: Vaatwasser, points: 20 } }"),
    ("sees-two", conflict + "- eva-phone sees: { tasks/dishes: { title: Anders, points: 5 } }"),
    ("sees-gone", "- eva-phone deletes: tasks/dishes\n- eva-phone sees: { tasks/dishes: { title: Afwas } }"),
    ("sees-unknown", "- eva-phone sees: { tasks/nothing: { title: Afwas } }"),
    (
      "sees-wide",
      "- eva-phone sets: { tasks/dishes: { title: 家族の皿洗い👍🏽 } }\n- eva-phone sees: { tasks/dishes: { title: Zoë } }"
    ),
    ("misses", "- everyone misses: tasks/dishes"), ("decided", conflict + "- decided: eva's title `Afwassen` lost"),
    ("decided-none", "- decided: eva's title `Afwassen` lost"), ("no-conflicts", conflict + "- no conflicts: all"),
    ("outcome", conflict + "- outcome of noahs: accepted"),
    ("outcome-open", "- noah-tablet sets: { tasks/dishes: { title: x } }\n  as: noahs\n- outcome of noahs: accepted"),
    ("outcome-code", conflict + "- outcome of noahs: { rejected: alreadyClaimed, holder: eva }"),
    ("outbox", "- noah-tablet sets: { tasks/dishes: { title: x } }\n- outbox of noah-tablet: 0"),
    ("rejected", "- rejected on eva-phone: 1"),
    ("refused", "- eva-phone sets: { tasks/dishes: { title: x } }\n  refused: wrongType"),
    ("refused-otherwise", "- eva-phone sets: { tasks/nothing: { title: x } }\n  refused: wrongType"),
    ("not-refused", "- eva-phone sets: { tasks/nothing: { title: x } }"),
    (
      "long",
      "- eva-phone sets: { tasks/dishes: { description: \"\(String(repeating: "heel lang ", count: 20))\" } }\n- outbox of eva-phone: 3"
    ),
  ]

  @Test func `each kind of failure as a person reads it`() async throws {
    let place = try Self.place()
    for (name, steps) in Self.failing {
      try place.write(Self.scenario("It fails (\(name))", steps), to: "app/scenarios/\(name).yaml")
      let run = try await place.hearth("scenario", "app/scenarios/\(name).yaml")
      #expect(run.status == 1, "\(name): \(run.output)\(run.errors)")
      #expect(run.errors.isEmpty, "\(name): \(run.errors)")
      #expect(run.lines.last == "0 passed, 1 failed", "\(name)")
      #expect(run.output.contains("replay: hearth scenario app/scenarios/\(name).yaml --steps\n"))
      // The place is that of the step that failed, which is the last that ran.
      let failed = try #require(run.lines.last { $0.contains("✗") && !$0.contains("It fails") })
      let line = try #require(failed.split(whereSeparator: \.isWhitespace).dropFirst().first)
      #expect(run.output.contains("  app/scenarios/\(name).yaml:\(line):"), "\(name)")
      try Golden.check(Self.masked(run.output), "scenario-\(name).txt")
    }
  }

  @Test func `a run of good and bad ones as a person reads it`() async throws {
    let place = try Self.place()
    try place.write(Self.scenario("Good", "- outbox of eva-phone: 0"), to: "app/scenarios/a.yaml")
    try place.write(Self.scenario("Bad", "- outbox of eva-phone: 1"), to: "app/scenarios/b.yaml")
    try place.write(Self.scenario("Good again", Self.conflict), to: "app/scenarios/deeper/scenarios/c.txt")
    try place.write(Self.scenario("Better", Self.conflict), to: "app/scenarios/c.yaml")
    let run = try await place.hearth("scenario", "app/scenarios")
    #expect(run.status == 1)
    try Golden.check(Self.masked(run.output), "scenario-mixed.txt")
    let steps = try await place.hearth("scenario", "app/scenarios/a.yaml", "app/scenarios/c.yaml", "--steps")
    #expect(steps.status == 0)
    try Golden.check(Self.masked(steps.output), "scenario-steps.txt")
  }

  @Test func `the last line counts, and the exit code agrees`() async throws {
    let place = try Self.place()
    for (good, bad) in [(1, 0), (2, 0), (0, 2), (2, 1)] {
      var files = [String]()
      for number in 0..<(good + bad) {
        let file = "app/scenarios/\(good)-\(bad)-\(number).yaml"
        try place.write(
          Self.scenario("s\(number)", "- outbox of eva-phone: \(number < good ? 0 : 1)"), to: file)
        files.append(file)
      }
      let run = try await place.hearth(["scenario"] + files)
      #expect(run.lines.last == "\(good) passed, \(bad) failed")
      #expect(run.status == (bad == 0 ? 0 : 1))
    }
  }

  @Test func `a folder, an empty folder, and one that is not there`() async throws {
    let place = try Self.place()
    let empty = try await place.hearth("scenario", "app/scenarios")
    #expect(empty.status == 3)
    #expect(
      empty.errors.hasPrefix("E4106 noScenario: There is no scenario (*.yaml) in app/scenarios."), "\(empty.errors)")
    let nowhere = try await place.hearth("scenario", "nowhere")
    #expect(nowhere.status == 2 && nowhere.errors.hasPrefix("E4101 unreadable: `nowhere` is not there."))
    try place.write(Self.scenario("One", "- outbox of eva-phone: 0"), to: "app/scenarios/a.yaml")
    for folder in ["app/scenarios", "app/scenarios/", "app", "./app"] {
      let run = try await place.hearth("scenario", folder)
      #expect(run.status == 0 && run.lines.last == "1 passed, 0 failed", "\(folder): \(run.errors)")
    }
  }

  @Test func `a folder behind a symbolic link is searched`() async throws {
    let place = try Self.place()
    try place.write(Self.scenario("One", "- outbox of eva-phone: 0"), to: "app/scenarios/a.yaml")
    try FileManager.default.createSymbolicLink(
      at: place.folder.appending(path: "link"), withDestinationURL: place.folder.appending(path: "app"))
    let run = try await place.hearth("scenario", "link")
    #expect(run.status == 0 && run.lines.last == "1 passed, 0 failed", "\(run.errors)")
  }

  @Test func `a scenario outside of an app says where it belongs`() async throws {
    let place = try Workplace(rules: false)
    try place.write(Self.scenario("x", "- outbox of eva-phone: 0"), to: "lost/scenarios/a.yaml")
    let run = try await place.hearth("scenario", "lost/scenarios/a.yaml")
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("E4107 misplaced: `lost/scenarios/a.yaml`: a scenario lies in `<app>/scenarios/`"))
  }

  @Test func `no shipped scenario waits for a time, and all pass`() async throws {
    let run = try await Workplace().hearth("scenario", "fixtures/famquest/scenarios")
    #expect(run.status == 0, "\(run.output)")
    let files = try FileManager.default.contentsOfDirectory(atPath: Repository.file("fixtures/famquest/scenarios").path)
      .filter { $0.hasSuffix(".yaml") }
    #expect(run.lines.last == "\(files.count) passed, 0 failed")
    for file in files {
      let text = try Repository.text("fixtures/famquest/scenarios/\(file)")
      #expect(text.firstMatch(of: /^ *- *(sleep|wait|pause)/.anchorsMatchLineEndings()) == nil, "\(file)")
    }
  }

  // MARK: A hub

  @Test func `a run at a hub says the same as one in this process`() async throws {
    let place = try Self.place()
    let hub = try await place.serve(["--packs", "."])
    try place.write(Self.scenario("Good", Self.conflict + "- no conflicts: eva-phone"), to: "app/scenarios/a.yaml")
    try place.write(
      Self.scenario("Good", Self.conflict + "- everyone sees: { tasks/dishes: { title: Afwassen } }"),
      to: "app/scenarios/b.yaml")
    let here = try await place.hearth("scenario", "app/scenarios")
    #expect(here.status == 1)
    for options in [["--hub", hub.tcp], ["--hub", hub.webSocket], ["--hub", hub.webSocket, "--readable-frames"]] {
      let there = try await place.hearth(["scenario", "app/scenarios"] + options)
      #expect(there.status == 1, "\(options): \(there.errors)")
      let output = Self.masked(there.output).replacing(Self.masked(" --hub \(options[1])"), with: "")
      #expect(output == Self.masked(here.output), "\(options)")
      #expect(there.output.contains("--steps --hub \(options[1])"), "the replay names the hub")
    }
  }

  @Test(arguments: ["tcp://127.0.0.1:1", "ws://127.0.0.1:1"]) func `a hub that is not there`(_ hub: String) async throws
  {
    let place = try Self.place()
    try place.write(Self.scenario("One", "- outbox of eva-phone: 0"), to: "app/scenarios/a.yaml")
    let run = try await place.hearth("scenario", "app/scenarios", "--hub", hub, "--admin-token", "x")
    #expect(run.status == 2 && run.errors.hasPrefix("E4201 noHub: "), "\(run.errors)")
  }
}

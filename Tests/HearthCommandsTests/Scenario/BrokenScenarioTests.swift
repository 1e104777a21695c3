import Foundation
import Testing

/// Mistakes in scenario files: each with its place, what was expected and what came; nothing runs then.
@Suite(.serialized) struct BrokenScenarioTests {
  static let mistakes: [(name: String, text: String, said: String)] = [
    ("empty", "", "a.yaml:1:1: error P001"), ("open bracket", "scenario: [x\nsteps: 1\n", "error P001"),
    ("tab", "scenario: x\n\tsteps: 1\n", "a.yaml:2:1: error P001"), ("anchor", "scenario: &a x\n", "error P002"),
    ("twice", "scenario: x\nscenario: y\n", "a.yaml:2:1: error P003"),
    ("list", "- a\n", "a.yaml:1:1: error N101: expected a scenario"),
    ("no steps", "scenario: x\ndevices: { noah-tablet: noah }\n", "error N101: a scenario needs `steps:`, a list."),
    ("no devices", "scenario: x\nsteps: [ online: all ]\n", "error N101: a scenario needs `devices:`"),
    (
      "unknown key", good("  - online: all\n", extra: "hosuehold: eva-family\n"),
      "error N102: `hosuehold` is no key of a scenario. Did you mean `household`?"
    ),
    (
      "household", good("  - online: all\n", extra: "household: eva-famly\n"),
      "error N103: the seed has no such household. Did you mean `eva-family`?"
    ),
    (
      "member", "scenario: x\ndevices:\n  noah-tablet: noach\nsteps:\n  - online: all\n",
      "a.yaml:3:16: error N103: the seed has no member"
    ),
    ("member hint", "scenario: x\ndevices:\n  noah-tablet: noach\nsteps:\n  - online: all\n", "Did you mean `noah`?"),
    (
      "device name", "scenario: x\ndevices:\n  Noah: noah\nsteps:\n  - online: all\n",
      "a.yaml:3:3: error N104: `Noah` is no name of a device"
    ),
    (
      "device", good("  - online: noah-tabelt\n"),
      "error N107: there is no device `noah-tabelt`. Did you mean `noah-tablet`?"
    ),
    (
      "device of a step", good("  - noah-tabelt sets: { tasks/dishes: { title: x } }\n"),
      "error N107: there is no device `noah-tabelt`. Did you mean `noah-tablet`?"
    ),
    (
      "step", good("  - noah-tablet stes: { tasks/dishes: { title: x } }\n"),
      "error N105: `noah-tablet stes` is no step."
    ),
    ("step hint", good("  - noah-tablet creats: { tasks/dishes: { title: x } }\n"), "Did you mean `creates`?"),
    ("step text", good("  - online\n"), "error N105: expected a step"),
    ("edit name", good("  - outcome of noahs: accepted\n"), "error N106: no edit before this step has `as: noahs`."),
    (
      "edit name twice",
      good("  - noah-tablet deletes: tasks/dishes\n    as: a\n  - noah-tablet restores: tasks/dishes\n    as: a\n"),
      "a.yaml:8:9: error N106: there is an edit called `a` already."
    ),
    ("clock", good("  - clock of noah-tablet: later\n"), "error N108: expected a shift of the clock"),
    ("count", good("  - outbox of noah-tablet: none\n"), "error N108: expected a count, found"),
    ("code", good("  - noah-tablet deletes: tasks/dishes\n    refused: goen\n"), "error N109:"),
    ("code hint", good("  - noah-tablet deletes: tasks/dishes\n    refused: goen\n"), "Did you mean `gone`?"),
    (
      "record", good("  - noah-tablet deletes: dishes\n"),
      "error N110: expected `collection/record`, as `tasks/dishes`, found `dishes`."
    ),
    (
      "collection", good("  - noah-tablet deletes: taks/dishes\n"),
      "error P104: `taks` is no collection. Did you mean `tasks`?"
    ),
    (
      "field", good("  - noah-tablet sets: { tasks/dishes: { titel: x } }\n"),
      "a.yaml:5:41: error P104: `titel` is no field of `tasks`. Did you mean `title`?"
    ),
    ("value", good("  - noah-tablet sets: { tasks/dishes: { points: many } }\n"), "error N111: `points`: expected"),
    ("extra", good("  - online: all\n    as: x\n"), "error N102: `as` does not go with this step."),
  ]

  static func good(_ steps: String, extra: String = "") -> String {
    "scenario: x\n\(extra)devices:\n  noah-tablet: noah\nsteps:\n\(steps)"
  }

  @Test func `a mistake is told with its place, and the right form`() async throws {
    let place = try ScenarioOutputTests.place()
    for (name, text, said) in Self.mistakes {
      try place.write(text, to: "app/scenarios/a.yaml")
      let run = try await place.hearth("scenario", "app/scenarios/a.yaml")
      #expect(run.status == 2, "\(name)")
      #expect(run.output.isEmpty && run.errors.contains(said), "\(name): \(run.errors)")
      for line in run.errors.split(separator: "\n") {
        #expect(line.wholeMatch(of: /app\/scenarios\/a\.yaml:\d+:\d+: error [PN]\d{3}: .+/) != nil, "\(name): \(line)")
      }
    }
  }

  @Test func `one broken file and nothing runs, and every broken file is told`() async throws {
    let place = try ScenarioOutputTests.place()
    try place.write(Self.good("  - online: all\n"), to: "app/scenarios/a.yaml")
    try place.write(Self.good("  - onlin: all\n"), to: "app/scenarios/b.yaml")
    try place.write("scenario: x", to: "app/scenarios/c.yaml")
    let run = try await place.hearth("scenario", "app/scenarios")
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(
      run.errors.contains("app/scenarios/b.yaml:5:5: error N105")
        && run.errors.contains("app/scenarios/c.yaml:1:1: error N101"), "\(run.errors)")
  }

  @Test func `a broken pack or seed beside a scenario is told with its place`() async throws {
    let place = try ScenarioOutputTests.place()
    try place.write(Self.good("  - online: all\n"), to: "app/scenarios/a.yaml")
    try place.write("households:\n  - { id: x }\n", to: "app/seed.yaml")
    let seed = try await place.hearth("scenario", "app/scenarios")
    #expect(seed.status == 2 && seed.errors.contains("app/seed.yaml:"), "\(seed.errors)")
    try place.write("pack: x\n", to: "app/schema.yaml")
    let pack = try await place.hearth("scenario", "app/scenarios")
    #expect(pack.status == 2 && pack.errors.contains("app/schema.yaml:"), "\(pack.errors)")
  }
}

import Foundation
import Testing

@testable import HearthCommands

/// Each command of the test client: what it prints for people and for machines, and what it says to a mistake.
@Suite(.serialized) struct VerbTests {
  private static let schemas = Repository.file("docs/reference/schemas")

  /// Commands in the order in which they are typed, and the part of the schema that describes what each prints.
  private static let noah: [(line: String, part: String)] = [
    ("help", "help"), ("help set", "help"), ("show", "collections"), ("show tasks", "records"),
    ("show tasks/dishes", "record"), ("create tasks/sweep title=Vegen points=5", "change"),
    ("create tasks title=Dweilen", "change"), ("set tasks/sweep title='Vegen en dweilen'", "change"),
    ("set tasks/dishes metadata.color=#ff0000", "change"), ("drop tasks/dishes metadata.color", "change"),
    ("add tasks/sweep assignees noah", "change"), ("remove tasks/sweep assignees noah", "change"),
    ("delete tasks/sweep", "change"),
    ("restore tasks/sweep", "change"), ("offline", "status"), ("clock +62m", "clock"), ("clock 0", "clock"),
    ("set tasks/dishes title=Vaatwasser", "change"), ("set tasks/water-plants claimed_by=noah", "change"),
    ("outbox", "outbox"), ("status", "status"),
  ]
  private static let eva = [
    ("set tasks/dishes title=Afwassen", "change"), ("set tasks/water-plants claimed_by=luna", "change"),
  ]
  private static let noahAgain = [
    ("online", "status"), ("sync", "status"), ("rejected", "rejected"), ("history", "history"),
    ("history 2", "history"),
    ("conflicts", "conflicts"), ("explain tasks/dishes", "conflicts"), ("explain tasks/dishes title", "conflicts"),
    ("restore-value tasks/dishes title 1", "change"), ("resend", "status"), ("members", "members"),
  ]

  /// Every command is run, and each prints one document on one line (G14).
  @Test func `what each command prints as JSON is described`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    var tried = Set<String>()
    for (device, lines, options) in [
      ("noah-tablet", Self.noah, [String]()), ("eva-phone", Self.eva, []),
      ("noah-tablet", Self.noahAgain, ["--offline"]),
    ] {
      let arguments = ["device", device, "--json"] + options + lines.flatMap { ["-c", $0.0] }
      let run = try await place.hearth(arguments)
      #expect(run.status == 0, "\(run.errors)")
      try #require(run.lines.count == lines.count, "\(run.output)")
      for ((line, part), document) in zip(lines, run.lines) {
        tried.insert(String(line.prefix { $0 != " " }))
        let schema = try JSONSchema("device.schema.json#/$defs/\(part)", in: Self.schemas)
        let faults = try schema.faults(of: JSON(document))
        #expect(faults.isEmpty, "\(line): \(faults): \(document)")
      }
    }
    #expect(Set(DeviceVerb.all.map(\.name)).subtracting(tried) == ["quit", "increment"])
  }

  @Test func `what each command does`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    let run = try await place.device(
      "noah-tablet", "create tasks/sweep title=Vegen points=5",
      "set tasks/sweep title='Vegen en dweilen' category=huis",
      "add tasks/sweep assignees noah", "add tasks/sweep assignees luna", "remove tasks/sweep assignees noah",
      "set tasks/sweep metadata.tags.nat=true", "set tasks/sweep metadata.color=#ff0000",
      "drop tasks/sweep metadata.color",
      "show tasks/sweep")
    #expect(run.status == 0, "\(run.errors)")
    for row in [
      "title            Vegen en dweilen\n", "points           5\n", "category         huis\n",
      "assignees        luna\n",
      "metadata         {\"tags\":{\"nat\":true}}\n",
    ] {
      #expect(run.output.contains(row), "\(row): \(run.output)")
    }
    let gone = try await place.device("noah-tablet", "delete tasks/sweep", "show tasks", "show tasks/sweep")
    #expect(gone.output.contains("deleted at "))
    #expect(!gone.output.contains("Vegen en dweilen  "))
    let back = try await place.device("noah-tablet", "restore tasks/sweep", "show tasks")
    #expect(back.output.contains("Vegen en dweilen"))
  }

  /// A conflict as two people meet it, word for word.
  @Test func `an offline conflict, told and undone`() async throws {
    let place = try Workplace(rules: false)
    let hub = try await place.serveFamilies()
    var story = ""
    func tell(_ device: String, _ commands: String..., options: [String] = []) async throws {
      let run = try await place.hearth(["device", device] + options + commands.flatMap { ["-c", $0] })
      story += "\(device) \(options.joined(separator: " "))\n" + run.output + run.errors
    }
    _ = try await place.device("noah-tablet", "sync")
    try await tell(
      "noah-tablet", "clock +62m", "set tasks/dishes title=Vaatwasser", "add tasks/dishes assignees noah", "outbox",
      "status",
      options: ["--offline"])
    try await tell("eva-phone", "set tasks/dishes title=Afwassen", "conflicts")
    try await tell("noah-tablet", "sync", "conflicts", "explain tasks/dishes", "explain tasks/dishes points", "members")
    try await tell(
      "eva-phone", "restore-value tasks/dishes title 1", "conflicts", "history", options: ["--hub", hub.webSocket])
    try await tell(
      "noah-tablet", "show tasks/dishes", "history", "rejected", options: ["--hub", hub.webSocket, "--readable-frames"])
    try Golden.check(Self.masked(story), "device-conflict.txt")
  }

  private static func masked(_ text: String) -> String {
    text.replacing(/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z(\+\d+)?/, with: "<time>")
      .replacing(/127\.0\.0\.1:\d+/, with: "127.0.0.1:<port>").replacing(/oldest \d+ s/, with: "oldest <n> s")
  }

  /// Lines that cannot be carried out, and what is said to each.
  static let mistakes: [(line: String, said: String)] = [
    ("shw", "E4301 unknownCommand: `shw` is no command. Did you mean `show`? Type `help`."),
    ("ofline", "E4301 unknownCommand: `ofline` is no command. Did you mean `offline`?"),
    ("restore-valu x", "E4301 unknownCommand: `restore-valu` is no command. Did you mean `restore-value`?"),
    ("SHOW tasks", "E4301 unknownCommand: `SHOW` is no command."),
    ("show taks", "E4303 unknownCollection: `taks` is no collection. Did you mean `tasks`?"),
    ("show taks/dishes", "E4303 unknownCollection: `taks` is no collection. Did you mean `tasks`?"),
    ("create taks title=x", "E4303 unknownCollection: `taks` is no collection. Did you mean `tasks`?"),
    ("show tasks/nope", "E4306 unknownRecord: This device knows no `tasks/nope`."),
    ("show tasks/Dishes!", "E4307 wrongName: `Dishes!` is neither a UUID nor a name"),
    ("show tasks/", "E4307 wrongName: `` is neither"),
    ("show tasks dishes", "E4302 wordsMissing: Expected `show [COLLECTION | COLLECTION/ID]`, found 2 words."),
    ("set", "E4302 wordsMissing: Expected `set COLLECTION/ID field=value ...`, found nothing behind it."),
    ("set tasks/dishes", "E4302 wordsMissing: Expected `set COLLECTION/ID field=value ...`, found 1 word."),
    ("set dishes title=x", "E4302 wordsMissing: Expected COLLECTION/ID, as tasks/dishes, found `dishes`."),
    ("set tasks/dishes title", "E4302 wordsMissing: Expected field=value, found `title`."),
    ("set tasks/dishes titel=x", "E4304 unknownField: `titel` is no field of `tasks`. Did you mean `title`?"),
    ("set tasks/dishes title.x=1", "E4304 unknownField: `title` is no json field, so it has no path."),
    ("set tasks/dishes title=", "E4305 wrongValue: `title`: expected text(1..200), found nothing."),
    ("set tasks/dishes points=many", "E4305 wrongValue: `points`: expected int(0..1000), found `many`."),
    ("set tasks/dishes points=-1", "E4305 wrongValue: `points`: expected int(0..1000), found `-1`."),
    ("set tasks/dishes due=tomorrow", "expected time, as 2025-11-11T16:00:00Z, found `tomorrow`."),
    ("set tasks/dishes occurrence_date=11-11", "expected date, as 2025-11-11, found `11-11`."),
    ("set tasks/dishes status=opne", "found `opne`. Did you mean `open`?"),
    ("set tasks/dishes completed_by=No!", "E4305 wrongValue: `completed_by`: expected ref users, found `No!`."),
    ("set tasks/nope title=x", "E2101 recordUnknown: "),
    (
      "create tasks/dishes metadata.color=red", "E4304 unknownField: A new record takes whole fields: `metadata={...}`."
    ),
    ("add tasks/dishes assignees", "E4302 wordsMissing: Expected `add COLLECTION/ID field element`, found 2 words."),
    ("add tasks/dishes title x", "E4305 wrongValue: `title` is text(1..200); it does not take `x` as an element."),
    ("add tasks/dishes assignees noah luna", "found 4 words. Put a text with spaces into quotes."),
    ("increment tasks/dishes points x", "E4305 wrongValue: Expected a number to add, found `x`."),
    ("increment tasks/dishes title 1", "E2004 wrongType: "),
    ("drop tasks/dishes", "E4302 wordsMissing: Expected `drop COLLECTION/ID field.path`, found 1 word."),
    ("delete", "E4302 wordsMissing: Expected `delete COLLECTION/ID`, found nothing behind it."),
    ("delete tasks/dishes tasks/sweep", "E4302 wordsMissing: Expected `delete COLLECTION/ID`, found 2 words."),
    ("delete tasks/nope", "E2101 recordUnknown: "),
    ("clock soon", "E4305 wrongValue: Expected a shift, as +62m, -3d or 0, found `soon`."),
    ("clock +99999999999y", "E4305 wrongValue: Expected a shift"),
    ("history x", "E4305 wrongValue: Expected a number from 1 to 10000, found `x`."),
    ("history 0", "E4305 wrongValue: Expected a number from 1 to 10000, found `0`."),
    ("explain tasks/dishes titel", "E4304 unknownField: `titel` is no field of `tasks`. Did you mean `title`?"),
    ("restore-value tasks/dishes title 1", "E4308 noSuchValue: `title` has 0 losing values."),
    ("restore-value tasks/dishes title one", "E4308 noSuchValue: Expected a number, found `one`"),
    ("set tasks/dishes title='x", "E4309 quoting: A quote is not closed."),
    ("set tasks/dishes title=x\\", "E4309 quoting: The line ends behind a backslash."),
    ("status now", "E4302 wordsMissing: Expected `status`, found 1 word."),
    ("help shw", "E4301 unknownCommand: `shw` is no command. Did you mean `show`?"),
  ]

  @Test func `a mistake is told with a number, the right form and the nearest name`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    _ = try await place.device("noah-tablet", "sync")
    for (line, said) in Self.mistakes {
      let run = try await place.device("noah-tablet", line, options: ["--offline"])
      #expect(run.status == 1, "\(line)")
      #expect(run.errors.hasPrefix("-c: E") && run.errors.contains(said), "\(line): \(run.errors)")
      #expect(run.output.isEmpty, "\(line): \(run.output)")
    }
    // None of them has left anything to send.
    #expect(try await place.device("noah-tablet", "outbox", options: ["--offline"]).output == "The outbox is empty.\n")
  }

  @Test func `the guide has each command`() throws {
    var table = "| command | meaning |\n|---|---|\n"
    for verb in DeviceVerb.all {
      table += "| `\(verb.usage.replacing("|", with: "\\|"))` | \(verb.meaning) |\n"
    }
    try Golden.check(table, part: "verbs", of: "docs/guides/test-client.md")
  }

  /// FamQuest has no counter, so the garden of the packs' tests gets one.
  @Test func `counters add up`() async throws {
    let place = try Workplace(rules: false)
    let pack = try Repository.text("fixtures/packs/broken/right.yaml")
      .replacing("      area: int(1..500) = 1\n", with: "      area: int(1..500) = 1\n      visits: int = 0, counter\n")
    try place.write(pack, to: "apps/garden/schema.yaml")
    try place.write(try Repository.text("fixtures/packs/broken/right-seed.yaml"), to: "apps/garden/seed.yaml")
    _ = try await place.serve(["--packs", "apps"])
    let made = try await place.hearth("household", "create", "--app", "garden", "--packs", "apps")
    try #require(made.status == 0, "\(made.errors)")
    let run = try await place.device(
      "ann-phone", "increment beds/herbs visits 5", "increment beds/herbs visits -2", "show beds/herbs",
      options: ["--packs", "apps"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("visits      3\n"), "\(run.output)")
    let json = try await place.device(
      "ann-phone", "increment beds/herbs visits 1", options: ["--packs", "apps", "--json"])
    let faults = try JSONSchema("device.schema.json#/$defs/change", in: Self.schemas).faults(of: JSON(json.output))
    #expect(faults.isEmpty, "\(faults)")
  }

  @Test func `records are named by the first digits of their id`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    let made = try await place.device("noah-tablet", "create tasks title=Dweilen", "show tasks")
    let row = try #require(made.lines.first { $0.contains("Dweilen") })
    let digits = String(row.prefix(8))
    #expect(digits.wholeMatch(of: /[0-9a-f]{8}/) != nil, "\(made.output)")
    let run = try await place.device(
      "noah-tablet", "set tasks/\(digits) title=Vegen", "delete tasks/\(digits)", "restore tasks/\(digits)",
      "show tasks/\(digits)")
    #expect(run.status == 0 && run.output.contains("Vegen"), "\(run.errors)")
  }

  @Test func `what others typed cannot move the cursor`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    let run = try await place.device(
      "noah-tablet", "set tasks/dishes title='\u{1b}[2J\u{7}red'", "show tasks", "show tasks/dishes",
      "explain tasks/dishes title")
    #expect(!run.output.contains("\u{1b}") && !run.output.contains("\u{7}"), "\(run.output)")
  }
}

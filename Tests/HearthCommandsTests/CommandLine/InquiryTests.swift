import Foundation
import Testing

/// `hearth conflicts`, `explain`, `history`, `deleted`, `restore` and `restore-value` against a running hub.
@Suite(.serialized) struct InquiryTests {
  private static let schema = """
    pack: chores
    version: 1
    language: 1
    open: true
    household: homes
    members: people
    zone: household.zone
    roles: { ranked: [parent, child] }
    collections:
      homes:
        fields: { zone: zone = UTC }
      people:
        fields:
          name: text(20)
          role: enum(parent, child)
      tasks:
        fields:
          title: text(1..40), guardian
          note: text(200)?
    """

  private static let seed = """
    app: chores
    households:
      - id: home
        label: Gezin van Eva
        records:
          homes: [{ id: home }]
          people: [{ id: eva, name: Eva, role: parent }, { id: noah, name: Noah, role: child }]
          tasks: [{ id: dishes, title: Afwas doen }, { id: tidy-room, title: Kamer opruimen }]
        devices: [{ name: eva-phone, member: eva }, { name: noah-tablet, member: noah }]
    """

  private static let packs = ["--packs", "packs"]

  private static func device(_ place: Workplace, _ name: String, _ commands: [String], _ options: [String] = [])
    async throws -> Run
  {
    try await place.hearth(["device", name] + packs + options + commands.flatMap { ["-c", $0] })
  }

  /// A hub whose task `dishes` two devices have renamed without knowing of each other.
  private static func quarrel() async throws -> (place: Workplace, hub: Workplace.Hub) {
    let place = try Workplace()
    try place.write(schema, to: "packs/chores/schema.yaml")
    try place.write(seed, to: "packs/chores/seed.yaml")
    let hub = try await place.serve(packs)
    let made = try await place.hearth(["household", "create", "--app", "chores"] + packs)
    try #require(made.status == 0, "\(made.errors)")
    // The first connection fetches the household, so that what follows is an edit of something seen.
    for (name, title, clock) in [("eva-phone", "Afwassen", "0"), ("noah-tablet", "Vaatwasser", "+62m")] {
      #expect(try await device(place, name, ["sync"]).status == 0)
      _ = try await device(place, name, ["clock \(clock)", "set tasks/dishes title=\(title)"], ["--offline"])
    }
    for name in ["noah-tablet", "eva-phone"] { #expect(try await device(place, name, ["sync"]).status == 0) }
    return (place, hub)
  }

  @Test func `a parent sees who wrote what, why, and the command that brings it back, which works`() async throws {
    let (place, _) = try await Self.quarrel()
    let inbox = try await place.hearth("conflicts", "--as", "eva-phone", "--packs", "packs")
    #expect(inbox.output.contains("Noah's title `Vaatwasser` lost to Eva's `Afwassen`"), "\(inbox)")
    #expect(inbox.output.hasSuffix("1 open conflict in 1 record.\n"))
    let why = try await place.hearth("explain", "tasks/dishes", "title", "--as", "eva-phone", "--packs", "packs")
    #expect(why.status == 0, "\(why.errors)")
    for words in ["Eva (parent)", "Noah (child)", "guardian rule: parent outranks child", "noah-tablet"] {
      #expect(why.output.contains(words), "\(words): \(why.output)")
    }
    let command = try #require(why.lines.last { $0.contains("To bring `Vaatwasser` back: hearth ") })
    let words = command.split(separator: "hearth ").last.map { $0.split(separator: " ").map(String.init) } ?? []
    let back = try await place.hearth(words + Self.packs)
    #expect(back.output.hasPrefix("accepted"), "\(back)")
    #expect(
      try await place.hearth("conflicts", "--as", "noah-tablet", "--packs", "packs").output == "No open conflicts.\n")
    let history = try await place.hearth("history", "tasks/dishes", "--as", "eva-phone", "--packs", "packs")
    #expect(history.lines.count { $0.contains("title = Vaatwasser") } == 2, "\(history.output)")
  }

  @Test func `what is printed as JSON is described`() async throws {
    let (place, _) = try await Self.quarrel()
    _ = try await Self.device(place, "eva-phone", ["delete tasks/tidy-room"])
    for (command, part) in [
      (["conflicts"], "conflicts"), (["explain", "tasks/dishes"], "explanation"),
      (["explain", "tasks/tidy-room"], "explanation"), (["history", "tasks/dishes"], "history"),
      (["deleted"], "deleted"),
    ] {
      let run = try await place.hearth(command + ["--as", "eva-phone", "--json"] + Self.packs)
      #expect(run.status == 0, "\(run.errors)")
      try JSONTests.check(run.output, "inquiry.schema.json#/$defs/\(part)")
    }
    let run = try await place.hearth("restore", "tasks/tidy-room", "--as", "eva-phone", "--json", "--packs", "packs")
    try JSONTests.check(run.output, "device.schema.json#/$defs/change")
  }

  @Test func `a record that is not there is said as one that may not be seen`() async throws {
    let (place, hub) = try await Self.quarrel()
    for hub in [hub.tcp, hub.http.replacing("http://", with: "ws://")] {
      let run = try await place.hearth(
        "explain", "tasks/nowhere", "--as", "noah-tablet", "--hub", hub, "--packs", "packs")
      #expect(run.status == 1 && run.errors.hasPrefix("E4306 unknownRecord: "), "\(run.errors)")
    }
    let unsaid = try await place.hearth("conflicts")
    #expect(unsaid.status == 2 && unsaid.errors.contains("--as"), "\(unsaid.errors)")
    _ = try await place.hearth("stop")
    let gone = try await place.hearth("conflicts", "--as", "eva-phone", "--packs", "packs")
    #expect(gone.status == 2 && gone.errors.hasPrefix("E4201 noHub: "), "\(gone.errors)")
  }
}

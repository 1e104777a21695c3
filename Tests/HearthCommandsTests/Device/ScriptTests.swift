import Foundation
import Testing

@testable import HearthCommands

extension Workplace {
  /// Runs `hearth device` with commands.
  func device(_ name: String, _ commands: String..., options: [String] = []) async throws -> Run {
    try await hearth(["device", name] + options + commands.flatMap { ["-c", $0] })
  }
}

/// A script of the test client: how it is read, where it stops, what it says then.
@Suite(.serialized) struct ScriptTests {
  @Test func `comments, empty lines, quotes and every alphabet`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    try place.write(
      """
      # Noah tidies up.

      set tasks/dishes title='Afwas & "drogen"' description="家族の 👨‍👩‍👧‍👦 # kein Kommentar"   # a comment
        add tasks/dishes assignees noah
      show tasks/dishes

      """, to: "edits.txt")
    let run = try await place.hearth("device", "noah-tablet", "--script", "edits.txt")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.filter { $0.hasPrefix("accepted at revision ") }.count == 2)
    #expect(run.output.contains("title            Afwas & \"drogen\"\n"), "\(run.output)")
    #expect(run.output.contains("description      家族の 👨‍👩‍👧‍👦 # kein Kommentar\n"))
  }

  @Test func `a file of Windows is read as well`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    try place.write("\u{feff}# édits\r\nset tasks/dishes title=Afwas\r\nstatus\r\nshw\r\n", to: "edits.txt")
    let run = try await place.hearth("device", "noah-tablet", "--script", "edits.txt")
    #expect(run.status == 1)
    #expect(run.output.hasPrefix("accepted at revision 2\nonline · revision 2 · outbox empty\n"), "\(run.output)")
    #expect(run.errors.hasPrefix("edits.txt:4: E4301 unknownCommand: "), "\(run.errors)")
  }

  @Test func `a script stops at the first line that fails, with file and line`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    try place.write(
      "set tasks/dishes title=Eins\n\nset tasks/dishes titel=Zwei\nset tasks/dishes title=Drei\n", to: "e.txt")
    let run = try await place.hearth("device", "noah-tablet", "--script", "e.txt")
    #expect(run.status == 1)
    #expect(
      run.errors == "e.txt:3: E4304 unknownField: `titel` is no field of `tasks`. Did you mean `title`?\n")
    let after = try await place.device("noah-tablet", "show tasks/dishes")
    #expect(after.output.contains("title            Eins\n"))
  }

  @Test(arguments: [[], ["--script", "-"]]) func `standard input is a script`(_ options: [String]) async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    let run = try await place.hearth(
      ["device", "noah-tablet"] + options, input: "status\nquit\nshw\n")
    #expect(run.status == 0 && run.lines.count == 1, "\(run.errors)")
    let wrong = try await place.hearth(["device", "noah-tablet"] + options, input: "status\nshw")
    #expect(wrong.status == 1 && wrong.errors.hasPrefix("stdin:2: E4301"), "\(wrong.errors)")
  }

  @Test func `a script that is not there`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    let run = try await place.hearth("device", "noah-tablet", "--script", "nowhere.txt")
    #expect(run.status == 2 && run.errors.hasPrefix("E4101 unreadable: `nowhere.txt`"), "\(run.errors)")
  }

  @Test func `commands and a script do not go together`() async throws {
    let run = try await Workplace(rules: false).hearth("device", "noah-tablet", "-c", "status", "--script", "x")
    #expect(run.status == 64 && run.errors.contains("not with both"), "\(run.errors)")
  }

  /// What was typed for one household stays out of another that gets a device of the same name.
  @Test func `a new credential starts with a new replica`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    _ = try await place.device("noah-tablet", "sync")
    _ = try await place.device("noah-tablet", "set tasks/dishes title=Geheim", options: ["--offline"])
    let again = try await place.hearth("household", "create", "--app", "famquest", "--fresh")
    #expect(again.status == 0, "\(again.errors)")
    let run = try await place.device("noah-tablet", "sync", "history", "show tasks/dishes")
    #expect(run.status == 0 && !run.output.contains("Geheim"), "\(run.output)")
    #expect(run.output.contains("The hub has decided nothing of this device yet."), "\(run.output)")
  }

  /// A file that was renamed or copied by hand is refused as well.
  @Test func `a replica of another household is refused`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    _ = try await place.device("noah-tablet", "set tasks/dishes title=Geheim")
    let files = try FileManager.default.contentsOfDirectory(
      at: place.folder.appending(path: "hearth-devices"), includingPropertiesForKeys: nil)
    let replica = try #require(files.first { $0.lastPathComponent == "noah-tablet.90fc3961.db" })
    try FileManager.default.copyItem(
      at: replica, to: place.folder.appending(path: "hearth-devices/mark-phone.16c7e6a6.db"))
    let run = try await place.device("mark-phone", "status")
    #expect(run.status == 2 && run.errors.hasPrefix("E3001: The replica"), "\(run.errors)")
  }

  @Test func `an edit that the hub rejects is an outcome, and the script goes on`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    _ = try await place.device("luna-tablet", "set tasks/water-plants claimed_by=luna")
    // Noah's device has not seen Luna's claim.
    _ = try await place.device("noah-tablet", "status")
    let run = try await place.device(
      "noah-tablet", "set tasks/water-plants claimed_by=noah", "status", options: ["--offline"])
    #expect(run.status == 0)
    let online = try await place.device("noah-tablet", "sync", "rejected")
    #expect(online.status == 0, "\(online.errors)")
  }

  /// The edits made without a hub are there in the next run, and reach it.
  @Test func `edits without a hub are kept for the next run`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    _ = try await place.device("noah-tablet", "status")
    _ = try await place.hearth("stop")
    let run = try await place.device("noah-tablet", "set tasks/dishes title=Later", "status", "outbox")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.first == "kept: change set 1 waits for a connection")
    #expect(run.output.contains("outbox 1 (oldest 0 s)") && run.output.contains("1 changes wait"), "\(run.output)")
    let hub = try await place.serve()
    let after = try await place.device("noah-tablet", "sync", "status", "history", options: ["--hub", hub.tcp])
    #expect(after.status == 0, "\(after.errors)")
    #expect(after.output.contains("outbox empty") && after.output.contains("update tasks/dishes (title)"))
  }

  @Test func `sync without a connection says so at once`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    _ = try await place.device("noah-tablet", "sync")
    let run = try await place.device("noah-tablet", "set tasks/dishes title=x", "sync", options: ["--offline"])
    #expect(run.status == 1)
    #expect(run.errors == "-c: E4201 noHub: The device is offline. `online` makes a connection.\n")
  }

  @Test(arguments: ["http://127.0.0.1:1", "127.0.0.1:7171", "tcp://127.0.0.1", "tcp://:1", "ws://h:0", "wss://h:1", ""])
  func `an address that is none`(_ hub: String) async throws {
    let place = try Workplace(rules: false)
    try place.write(Self.credential(token: "x", hub: hub), to: "hearth-devices/noah-tablet.json")
    for options in [[], ["--hub", hub]] {
      let run = try await place.device("noah-tablet", "status", options: options)
      #expect(run.status == 2 && run.errors.hasPrefix("E3002: `\(hub)` is no address of a hub."), "\(run.errors)")
    }
  }

  @Test func `a token that opens nothing is said, with what to do`() async throws {
    let place = try Workplace(rules: false)
    let hub = try await place.serveFamilies()
    try place.write(Self.credential(token: "hearth-wrong", hub: hub.tcp), to: "hearth-devices/noah-tablet.json")
    let run = try await place.device("noah-tablet", "status")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("refused · "), "\(run.output)")
    #expect(run.output.contains("E1102 unauthorized") && run.output.contains("Pair this device again"), "\(run.output)")
    let sync = try await place.device("noah-tablet", "sync")
    #expect(sync.status == 1 && sync.errors.hasPrefix("-c: E1102 unauthorized: "), "\(sync.errors)")
  }

  private static func credential(token: String, hub: String) -> String {
    """
    {"app": "famquest", "household": "90fc3961-36a1-5b8e-a489-d2508053d89f", "hub": "\(hub)",
     "member": "695cf361-83d8-5ed7-bef8-bddb521973de", "name": "noah-tablet", "token": "\(token)"}
    """
  }
}

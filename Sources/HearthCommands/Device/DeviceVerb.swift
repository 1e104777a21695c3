internal import HearthPack

/// A command of the test client: its form, and how many words it takes (docs/guides/test-client.md).
struct DeviceVerb {
  let name: String
  /// What stands behind the name.
  let form: String
  let meaning: String
  let words: ClosedRange<Int>

  init(_ name: String, _ form: String, _ words: ClosedRange<Int>, _ meaning: String) {
    self.name = name
    self.form = form
    self.words = words
    self.meaning = meaning
  }

  var usage: String { form.isEmpty ? name : "\(name) \(form)" }

  static let all = [
    DeviceVerb("show", "[COLLECTION | COLLECTION/ID]", 0...1, "all collections, the records of one, or one record"),
    DeviceVerb(
      "create", "COLLECTION/ID field=value ...", 1...1000,
      "a new record; COLLECTION alone where the id follows from a key or may be random"),
    DeviceVerb("set", "COLLECTION/ID field=value ...", 2...1000, "fields; field.path=value writes into a json field"),
    DeviceVerb("add", "COLLECTION/ID field element", 3...3, "an element of a set"),
    DeviceVerb("remove", "COLLECTION/ID field element", 3...3, "the element leaves the set"),
    DeviceVerb("increment", "COLLECTION/ID field N", 3...3, "adds to a counter"),
    DeviceVerb("drop", "COLLECTION/ID field.path", 2...2, "removes a path of a json field"),
    DeviceVerb("delete", "COLLECTION/ID", 1...1, "the record goes"),
    DeviceVerb("restore", "COLLECTION/ID", 1...1, "the record comes back"),
    DeviceVerb("offline", "", 0...0, "ends the connection"),
    DeviceVerb("online", "", 0...0, "makes the connection"),
    DeviceVerb("sync", "", 0...0, "waits until the hub has decided everything"),
    DeviceVerb("clock", "[+62m | -3d | 0]", 0...1, "moves this device's clock; `clock 0` sets it right"),
    DeviceVerb("status", "", 0...0, "link, revision, outbox, what is needed"),
    DeviceVerb("outbox", "", 0...0, "change sets that wait for the hub"),
    DeviceVerb("rejected", "", 0...0, "change sets that the hub refused, and why"),
    DeviceVerb("history", "[N]", 0...1, "the last N decided change sets of this device"),
    DeviceVerb("conflicts", "", 0...0, "open conflicts of the household"),
    DeviceVerb("explain", "COLLECTION/ID [field]", 1...2, "who wrote what, and why the shown value won"),
    DeviceVerb("restore-value", "COLLECTION/ID field N", 3...3, "brings the Nth losing value back as a new edit"),
    DeviceVerb("resend", "", 0...0, "sends again everything that was sent, as after lost answers"),
    DeviceVerb("members", "", 0...0, "who writes under which device number"),
    DeviceVerb("help", "[COMMAND]", 0...1, "this list, or one line of it; `help E2104` explains an error"),
    DeviceVerb("quit", "", 0...0, "ends; what waits for the hub stays on the device"),
  ]

  /// The verb of a line, whose words it takes.
  static func named(_ name: String, with words: [String]) throws -> DeviceVerb {
    let verb = try named(name)
    guard verb.words.contains(words.count) else {
      let found = words.isEmpty ? "nothing behind it" : "\(words.count) word\(words.count == 1 ? "" : "s")"
      throw CommandFailure(.wordsMissing, "Expected `\(verb.usage)`, found \(found).\(verb.hint(words))")
    }
    return verb
  }

  static func named(_ name: String) throws -> DeviceVerb {
    if let verb = all.first(where: { $0.name == name }) { return verb }
    let hint = suggestion(for: name, among: all.map(\.name))
    throw CommandFailure(.unknownCommand, "`\(name)` is no command.\(hint) Type `help`.")
  }

  /// A value with spaces falls into several words.
  private func hint(_ words: [String]) -> String {
    words.count > self.words.upperBound && self.words.upperBound > 1 ? " Put a text with spaces into quotes." : ""
  }
}

internal import Foundation
internal import HearthCommands
internal import HearthMemory
internal import HearthModel
internal import HearthPack
internal import HearthScenario
internal import HearthServer
internal import HearthTesting

/// Files and texts that people write: they are read, or each mistake is said with its place in the file.
struct FileTarget {
  private static let file = "file.yaml"

  private let input: [UInt8]
  private let text: String
  private let ground: FuzzGround

  init(_ input: [UInt8], _ ground: FuzzGround) {
    self.input = input
    self.ground = ground
    // Files are read as UTF-8 before they are parsed; what is none becomes what a reader puts in its place.
    text = String(decoding: input, as: UTF8.self)
  }

  func pack() throws -> FuzzVerdict {
    try checked { () throws(Diagnostics) in
      let pack = try PackLoader.load(text, file: Self.file)
      _ = pack.withoutRules
    }
  }

  func seed() throws -> FuzzVerdict {
    try checked { () throws(Diagnostics) in
      _ = try SeedLoader.load(text, file: Self.file, pack: ground.famQuest)
    }
  }

  func catalogue() throws -> FuzzVerdict {
    try checked { () throws(Diagnostics) in
      _ = try CatalogueLoader.load(text, file: Self.file, pack: ground.academy)
    }
  }

  func scenario() throws -> FuzzVerdict {
    try checked { () throws(Diagnostics) in
      _ = try ScenarioLoader.load(text, file: Self.file, pack: ground.famQuest, seed: ground.famQuestSeed)
    }
  }

  /// An expression that compiles has a value whatever its inputs are, within its cost.
  func expression() throws -> FuzzVerdict {
    guard let tasks = ground.famQuest.collection(named: "tasks") else { return .refused }
    let expression: HearthModel.Expression
    do throws(Diagnostics) {
      expression = try PackLoader.expression(text, in: tasks.number, of: ground.famQuest)
    } catch {
      try check(error)
      return .refused
    }
    for (value, today) in Self.inputs {
      let surroundings = HearthModel.Expression.Surroundings(today: today, day: { FuzzGround.day($0, "") }) { _ in value
      }
      _ = try expression.evaluate(in: surroundings)
      _ = try expression.trace(in: surroundings)
    }
    return .accepted
  }

  /// What every path of an expression holds in turn, whatever its type: each is a value that a record can hold.
  private static let inputs: [(Value?, Day?)] = [
    (nil, nil), (.null, Day.last), (.int(.max), Day.first), (.int(.min), Day.last), (.text("FREQ=DAILY"), Day.first),
    (.list([]), nil), (.list([.day(Day.first), .day(Day.last)]), Day.last), (.day(Day.first), Day.last),
    (.decimal(FixedDecimal(units: .min, scale: 2)), nil), (.float(-.greatestFiniteMagnitude), nil),
    (.instant(Instant(milliseconds: 253_402_300_799_999)), Day.first),
  ]

  func value() throws -> FuzzVerdict {
    var isValue = false
    for collection in ground.vectors.collections + ground.famQuest.collections {
      for field in collection.fields {
        guard let value = ValueText.value(text, type: field.type) else { continue }
        isValue = true
        // Of a set the type checks one element, as edits carry it.
        let parts = if case .set = field.type { value.elements ?? [value] } else { [value] }
        let fits = parts.allSatisfy { field.type.fault(of: $0) == nil }
        try promise(fits, "`\(text)` is read as a value that \(field.name) cannot hold")
        let again = try Value(encoded: value.encoded)
        try promise(again == value, "`\(text)` is another value when it is read again")
      }
    }
    return isValue ? .accepted : .refused
  }

  /// A line of the input is a flag, `NAME=text` a variable, and all of it is the file.
  func settings() throws -> FuzzVerdict {
    let lines = text.split(separator: "\n").prefix(20).map(String.init)
    var flags = [String: String]()
    var environment = [String: String]()
    for line in lines {
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      if parts[0].hasPrefix("--") {
        flags[String(parts[0].dropFirst(2))] = parts[1]
      } else {
        environment[parts[0]] = parts[1]
      }
    }
    let refusals = [
      try SettingsCheck.refusal(flags: flags, environment: environment, file: nil),
      try SettingsCheck.refusal(flags: [:], environment: [:], file: (Self.file, text)),
    ]
    try promise(!refusals.contains(""), "settings are refused without a word")
    return refusals.contains(nil) ? .accepted : .refused
  }

  func founding() throws -> FuzzVerdict {
    let answer = Administration(engine: ground.engine).reply(toFounding: input, in: MemoryStore())
    let json = try? JSONSerialization.jsonObject(with: Data(answer.body.utf8))
    try promise(json != nil, "the answer is no JSON: \(answer.body.prefix(500))")
    return answer.status == 200 ? .accepted : .refused
  }

  // MARK: Mistakes

  private func checked(_ read: () throws(Diagnostics) -> Void) throws(FuzzFinding) -> FuzzVerdict {
    do throws(Diagnostics) {
      try read()
      return .accepted
    } catch {
      try check(error)
      return .refused
    }
  }

  /// Mistakes that a person can follow: in the file, on one line, in order, each once, none without a known cause.
  private func check(_ diagnostics: Diagnostics) throws(FuzzFinding) {
    let lengths = lengthsOfLines(text)
    try promise(!diagnostics.list.isEmpty, "the text is refused without a word")
    for mistake in diagnostics.list {
      let isInside =
        lengths.indices.contains(mistake.line - 1)
        && (1...lengths[mistake.line - 1] + 1).contains(mistake.column)
      try promise(isInside, "a mistake lies outside of the file: \(mistake)")
      try promise(!mistake.message.isEmpty && !mistake.message.contains(where: \.isNewline), "bad words: \(mistake)")
      try promise(mistake.code != "P009", "the loader does not know why it refuses: \(mistake)")
    }
    try promise(Set(diagnostics.list).count == diagnostics.list.count, "a mistake is named twice: \(diagnostics)")
  }
}

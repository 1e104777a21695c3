import HearthModel
import HearthPack

/// Expressions over the tasks of `FamilyPack`, evaluated on values that a test names by their paths.
struct ExpressionBench {
  let pack: Pack
  let collection: CollectionSchema

  /// Read once for all tests.
  private static let family = Result { try FamilyPack.load() }

  init(_ name: String = "tasks") throws {
    pack = try Self.family.get()
    collection = pack.collection(named: name)!
  }

  /// Compiles a text.
  func compile(_ text: String) throws(Diagnostics) -> HearthModel.Expression {
    try PackLoader.expression(text, in: collection.number, of: pack)
  }

  /// What is wrong with a text, as `1:8 P504`; empty when nothing is.
  func places(_ text: String) -> [String] {
    do {
      _ = try compile(text)
      return []
    } catch {
      return error.list.map { "\($0.column) \($0.code)" }
    }
  }

  /// The value of a text. Paths without a value are null, those in `unknown` are not known.
  func value(
    _ text: String, _ values: [String: Value] = [:], unknown: Set<String> = [], today: String = "2025-11-11"
  ) throws -> Value? {
    let expression = try compile(text)
    let surroundings = HearthModel.Expression.Surroundings(
      today: Day(today), day: { Day(rawValue: Int32($0.milliseconds / 86_400_000)) }
    ) { input in
      let name = name(of: input)
      return unknown.contains(name) ? nil : values[name] ?? .null
    }
    return try expression.evaluate(in: surroundings)
  }

  /// An input as the pack language writes it.
  func name(of input: HearthModel.Expression.Input) -> String {
    var (parts, current) = start(of: input.root)
    for step in input.steps {
      switch step {
      case .field(let number):
        parts.append(current?.field(number)?.name ?? "?")
      case .follow(let target): current = pack.collection(target)
      case .key(let key): parts.append(key)
      }
    }
    return parts.isEmpty ? "id" : parts.joined(separator: ".")
  }

  private func start(of root: HearthModel.Expression.Input.Root) -> ([String], CollectionSchema?) {
    switch root {
    case .record: ([], collection)
    case .old: (["old"], collection)
    case .seen: (["seen"], collection)
    case .member: (["member"], pack.collection(pack.memberCollection))
    case .household: (["household"], pack.collection(pack.householdCollection))
    case .changed(let field): (["changed(\(collection.field(field)?.name ?? "?"))"], nil)
    case .isNew: (["creating"], nil)
    case .device: (["device"], nil)
    case .now: (["now"], nil)
    case .today: (["today"], nil)
    case .written: (["written"], nil)
    case .rank: (["rank"], nil)
    }
  }

  /// The type at the end of an input and whether it may be null; nil for what is no field.
  func field(of input: HearthModel.Expression.Input) -> Field? {
    var current = start(of: input.root).1
    var field: Field?
    for step in input.steps {
      switch step {
      case .field(let number): field = current?.field(number)
      case .follow(let target): current = pack.collection(target)
      case .key: return nil
      }
    }
    return field
  }
}

extension Value {
  static func day(_ text: String) -> Value { .day(Day(text)!) }
  static func texts(_ texts: String...) -> Value { .list(texts.sorted().map { .text($0) }) }
  static func id(_ number: UInt64) -> Value { .id(RecordID(high: 1, low: number)) }
}

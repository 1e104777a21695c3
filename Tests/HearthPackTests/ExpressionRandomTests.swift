import HearthModel
import HearthPack
import HearthTesting
import Testing

/// No text makes the compiler stop, and what it lets through has a value whatever the record holds.
@Suite("Any expression")
struct ExpressionRandomTests {
  private let bench: ExpressionBench

  init() throws { bench = try ExpressionBench() }

  // MARK: Soups

  private static let words = [
    "if", "then", "else", "implies", "or", "and", "not", "==", "!=", "<", "<=", ">", ">=", "in", "contains", "is",
    "null", "set", "empty", "matches", "otherwise", "+", "-", "*", "div", "mod", "any", "every", "count", "(", ")", ",",
    ".", "where", "by", "true", "false", "0", "1", "1.5", "9223372036854775807", "'a'", "'[a-z'", "2025-11-11",
    "points",
    "title", "status", "open", "claimed_by", "assignees", "metadata", "tags", "due", "old", "seen", "member", "role",
    "household", "device", "now", "today", "written", "id", "creating", "changed", "x", "length", "min", "max", "step",
    "users", "(points)", "next", "only", "->", "=", "\u{301}", "\"", "{", "teen", "family",
  ]

  @Test(arguments: 0..<4)
  func `token soups compile or say where they are wrong`(part: Int) {
    for seed in UInt64(part) * 1000..<UInt64(part + 1) * 1000 {
      var random = SeededGenerator(seed: seed)
      let soup = (0..<random.below(30) + 1).map { _ in random.pick(Self.words) }
      let text = soup.joined(separator: random.oneIn(5) ? "" : " ")
      do {
        _ = try bench.compile(text)
      } catch {
        let isSound =
          error.list.count == 1
          && error.list.allSatisfy {
            $0.line == 1 && (1...text.unicodeScalars.count + 1).contains($0.column) && !$0.message.isEmpty
          }
        #expect(isSound, "seed \(seed), \(text): \(error)")
      }
    }
  }

  // MARK: Grown expressions

  /// Grows texts that are mostly right.
  private struct Gardener {
    var random: SeededGenerator

    mutating func condition(_ depth: Int) -> String {
      if depth <= 0 {
        return random.pick(["claimable", "photo_required", "creating", "changed(due)", "due is set", "status == open"])
      }
      let (left, right) = (condition(depth - 1), condition(depth - 1))
      switch random.below(11) {
      case 0: return "(\(left)) and \(right)"
      case 1: return "\(left) or \(right)"
      case 2: return "not (\(left))"
      case 3: return "(\(left)) implies \(right)"
      case 4: return "if \(left) then \(right) else claimable"
      case 5: return "\(number(depth - 1)) \(random.pick(["==", "!=", "<", "<=", ">", ">="])) \(number(depth - 1))"
      case 6: return "claimed_by is set and claimed_by in assignees and (\(left))"
      case 7: return "\(random.pick(["any", "every"]))(x in assignees where x == member or \(left))"
      case 8: return "(claimed_by.is_active otherwise \(random.pick(["true", "false"])))"
      case 9: return "member.role \(random.pick(["<", ">=", "==", "!="])) \(random.pick(["teen", "helper", "parent"]))"
      default: return "(due otherwise now) \(random.pick(["<", ">="])) now"
      }
    }

    mutating func number(_ depth: Int) -> String {
      if depth <= 0 { return random.pick(["points", "attempt", "attempts_left", "0", "7", "-3", "length(title)"]) }
      let (left, right) = (number(depth - 1), number(depth - 1))
      switch random.below(9) {
      case 0: return "(\(left) + \(right))"
      case 1: return "(\(left) - \(right))"
      case 2: return "(\(left)) * (\(right))"
      case 3: return "(\(left)) div max(\(right), 1)"
      case 4: return "(\(left)) mod (0 - max(\(right), 2))"
      case 5: return "\(random.pick(["min", "max"]))(\(left), \(right))"
      case 6: return "clamp(\(left), 0, \(right))"
      case 7: return "(if \(condition(depth - 1)) then \(left) else \(right))"
      default: return "abs(\(left))"
      }
    }
  }

  /// A value of a field's type, now and then null where that is allowed.
  private func value(of input: HearthModel.Expression.Input, _ random: inout SeededGenerator) -> Value {
    switch input.root {
    case .changed, .isNew: return .bool(random.oneIn(2))
    case .now, .written: return .instant(Instant(milliseconds: Int64(random.below(4_000_000_000_000))))
    case .today: return .day(Day(rawValue: Int32(random.below(30_000))))
    default: break
    }
    guard let field = bench.field(of: input) else { return .id(UInt64(random.below(4))) }
    // A path through a reference is null where the reference is.
    if field.isNullable || input.steps.count > 1, random.oneIn(3) { return .null }
    switch field.type {
    case .bool: return .bool(random.oneIn(2))
    case .int(let range):
      return .int(random.pick([range.lowerBound, range.upperBound, Int64.random(in: range, using: &random)]))
    case .time: return .instant(Instant(milliseconds: Int64(random.below(4_000_000_000_000))))
    case .text: return .text(random.pick(["a", "Dishes", "é"]))
    case .choice(let names): return .text(random.pick(names))
    case .set: return .list((0..<UInt64(random.below(4))).map { .id($0) })
    default: return .id(UInt64(random.below(4)))
    }
  }

  @Test(arguments: 0..<4)
  func `a condition is true or false whatever the record holds`(part: Int) throws {
    var compiled = 0
    for seed in UInt64(part) * 500..<UInt64(part + 1) * 500 {
      var gardener = Gardener(random: SeededGenerator(seed: seed))
      let text = gardener.condition(4)
      guard let expression = try? bench.compile(text) else { continue }
      compiled += 1
      for round in 0..<4 as Range<UInt64> {
        var random = SeededGenerator(seed: seed &* 31 &+ round)
        var values = [HearthModel.Expression.Input: Value]()
        for input in expression.inputs { values[input] = value(of: input, &random) }
        let surroundings = HearthModel.Expression.Surroundings(
          today: Day("2025-11-11"), day: { _ in Day("2025-11-11") }, value: { values[$0] })
        let value = try expression.evaluate(in: surroundings)
        #expect(value == .bool(true) || value == .bool(false), "seed \(seed): \(text) is \(String(describing: value))")
        // What is known does not change when the rest is not known.
        let blind = HearthModel.Expression.Surroundings(
          today: Day("2025-11-11"), day: { _ in Day("2025-11-11") },
          value: { input in
            round.isMultiple(of: 2) && input.root == .record || input.steps.count.isMultiple(of: 2)
              ? nil : values[input]
          })
        let guess = try expression.evaluate(in: blind)
        #expect(guess == nil || guess == value, "seed \(seed): \(text)")
      }
    }
    #expect(compiled > 250, "only \(compiled) of 500 compile")
  }

  @Test(arguments: 0..<4)
  func `a number that the checker lets through never leaves 64 bits`(part: Int) throws {
    for seed in UInt64(part) * 500..<UInt64(part + 1) * 500 {
      var gardener = Gardener(random: SeededGenerator(seed: seed))
      let text = gardener.number(4)
      guard let expression = try? bench.compile(text) else { continue }
      for round in 0..<6 as Range<UInt64> {
        var random = SeededGenerator(seed: seed &* 37 &+ round)
        var values = [HearthModel.Expression.Input: Value]()
        for input in expression.inputs { values[input] = value(of: input, &random) }
        let surroundings = HearthModel.Expression.Surroundings(
          today: Day("2025-11-11"), day: { _ in nil }, value: { values[$0] })
        let value = try expression.evaluate(in: surroundings)
        #expect(value?.int != nil, "seed \(seed): \(text)")
      }
    }
  }

  // MARK: Packs

  @Test func `mutants of a pack with every construct load or say where they are wrong`() {
    let lines = FamilyPack.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for seed in 0..<400 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var mutant = lines
      let here = random.below(mutant.count)
      var words = mutant[here].split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      switch random.below(4) {
      case 0: mutant.remove(at: here)
      case 1: mutant.insert(random.pick(lines), at: here)
      case 2: words.remove(at: random.below(words.count))
      default: words[random.below(words.count)] = random.pick(Self.words)
      }
      if mutant.count == lines.count { mutant[here] = words.joined(separator: " ") }
      let found = packDiagnostics(mutant.joined(separator: "\n"))
      let isSound = found.allSatisfy {
        (1...mutant.count).contains($0.line) && $0.code != "P009" && !$0.message.isEmpty
      }
      #expect(isSound, "seed \(seed): \(found)")
    }
  }
}

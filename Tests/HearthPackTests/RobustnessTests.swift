import HearthModel
import HearthPack
import HearthTesting
import Testing

/// No text makes the loader stop: it loads, or says what is wrong and where.
@Suite("Any text")
struct RobustnessTests {
  /// Loads a text and checks what comes of it.
  private func check(_ text: String, _ comment: String) {
    do {
      expectSound(try PackLoader.load(text, file: "schema.yaml"), comment)
    } catch {
      expectSound(error, of: text, comment)
    }
  }

  /// Diagnostics that a person can follow: in the file, on one line, in order, each once.
  private func expectSound(_ diagnostics: Diagnostics, of text: String, _ comment: String) {
    let lengths = lengthsOfLines(text)
    let isSound = diagnostics.list.allSatisfy { diagnostic in
      (1...lengths.count).contains(diagnostic.line)
        && (1...lengths[diagnostic.line - 1] + 1).contains(diagnostic.column)
        && !diagnostic.message.isEmpty && !diagnostic.message.contains(where: \.isNewline)
        && diagnostic.code != "P009"
    }
    #expect(isSound && !diagnostics.list.isEmpty, "\(comment): \(diagnostics)")
    #expect(Set(diagnostics.list).count == diagnostics.list.count, "\(comment): \(diagnostics)")
    #expect(diagnostics.list.map(\.line) == diagnostics.list.map(\.line).sorted(), "\(comment)")
  }

  /// Every number in a pack points to something that is there.
  private func expectSound(_ pack: Pack, _ comment: String) {
    let isSound = pack.collections.enumerated().allSatisfy { position, collection in
      collection.number.index == position
        && collection.fields.enumerated().allSatisfy { $0.element.number.index == $0.offset }
        && collection.fields.allSatisfy { field in
          collection.slots[field.slot].fields[field.place] == field.number
            && (field.type.target.map { pack.collection($0) != nil } ?? true)
        }
        && collection.key.allSatisfy { collection.field($0) != nil }
    }
    #expect(isSound, "\(comment)")
    let household = pack.collection(pack.householdCollection)
    #expect(household?.field(pack.zoneField) != nil && pack.collection(pack.memberCollection) != nil, "\(comment)")
  }

  // MARK: Mutants

  private typealias Scalars = [Unicode.Scalar]

  /// Changes a text at one place, as a slip of the hand or a bad merge would: a line, a word or a character.
  private func mutate(_ text: Scalars, _ random: inout SeededGenerator) -> Scalars {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: mutateParts(of: text, separator: "\n", &random)
    case 1: mutateParts(of: text, separator: " ", &random)
    default: mutateCharacter(text, &random)
    }
  }

  private func mutateParts(
    of text: Scalars, separator: Unicode.Scalar, _ random: inout SeededGenerator
  ) -> Scalars {
    var parts = text.split(separator: separator, omittingEmptySubsequences: false)
    let (here, there) = (Int.random(in: parts.indices, using: &random), Int.random(in: parts.indices, using: &random))
    switch Int.random(in: 0..<4, using: &random) {
    case 0: parts.remove(at: here)
    case 1: parts.insert(parts[here], at: here)
    case 2: parts[here] = parts[there]
    default: parts.swapAt(here, there)
    }
    return Scalars(parts.joined(separator: [separator]))
  }

  private static let strange = Scalars(
    "{}[]()<>:,?=>#&*!|'\"%@`-+~^ \t\n\r\0\u{7}\u{85}\u{2028}\u{FEFF}\u{301}éß𝄞0Aa_.".unicodeScalars)

  private func mutateCharacter(_ text: Scalars, _ random: inout SeededGenerator) -> Scalars {
    var scalars = text
    let here = Int.random(in: scalars.indices, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: scalars.remove(at: here)
    case 1: scalars.insert(scalars[here], at: here)
    case 2: scalars[here] = Self.strange.randomElement(using: &random)!
    default: scalars.insert(Self.strange.randomElement(using: &random)!, at: here)
    }
    return scalars
  }

  @Test(arguments: 0..<4)
  func `2000 mutants of the FamQuest pack load or say where they are wrong`(part: Int) throws {
    let text = Scalars(try Repository.text("fixtures/famquest/schema.yaml").unicodeScalars)
    for number in part * 500..<(part + 1) * 500 {
      var random = SeededGenerator(seed: UInt64(number))
      var mutant = text
      for _ in 0...Int.random(in: 0..<3, using: &random) { mutant = mutate(mutant, &random) }
      check(String(String.UnicodeScalarView(mutant)), "mutant \(number)")
    }
  }

  @Test func `300 mutants of the FamQuest seed load or say where they are wrong`() throws {
    let pack = try FamQuest.pack()
    let text = Scalars(try Repository.text("fixtures/famquest/seed.yaml").unicodeScalars)
    for number in 0..<300 {
      var random = SeededGenerator(seed: UInt64(number))
      let mutant = String(String.UnicodeScalarView(mutate(text, &random)))
      do {
        _ = try SeedLoader.load(mutant, file: "seed.yaml", pack: pack)
      } catch {
        expectSound(error, of: mutant, "mutant \(number)")
      }
    }
  }

  @Test func `prefixes of a pack load or say where they are wrong`() throws {
    let scalars = Array(try BrokenPacks.text("right.yaml").unicodeScalars)
    for count in scalars.indices { check(String(String.UnicodeScalarView(scalars[..<count])), "prefix \(count)") }
  }

  @Test func `garbage is one clear mistake`() {
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let bytes = (0..<Int.random(in: 1..<400, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      check(String(decoding: bytes, as: UTF8.self), "bytes of seed \(seed)")
    }
    #expect(packDiagnostics("\u{0}\u{1}\u{2}").map(\.place) == ["1:1 P001"])
    #expect(packDiagnostics("\u{7F}ELF").map(\.place) == ["1:1 P001"])
  }

  @Test(arguments: ["", "\n\n", "# a comment", "---", "--- ---", "~", "[]", "{}", "\u{FEFF}", "...", "%YAML 1.1\n---"])
  func `a file without a pack is said to be none`(text: String) {
    check(text, text)
    #expect(!packDiagnostics(text).isEmpty)
  }

  // MARK: Large and deep

  @Test func `deep nesting is one mistake`() {
    for opening in ["[", "{a: ", "- ", "? "] {
      let text = String(repeating: opening, count: 100_000)
      #expect(packDiagnostics(text).count == 1, "\(opening)")
    }
    let nested = (0..<17).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n") + " b\n"
    #expect(packDiagnostics(nested).map(\.code) == ["P004"])
  }

  @Test func `a file of more than a megabyte is one mistake`() {
    let text = String(repeating: "# 0123456789abcdef\n", count: 1 << 16)
    #expect(packDiagnostics(text).map(\.description).first?.contains("P004") == true)
    #expect(packDiagnostics(text).count == 1)
  }

  @Test func `types in types in a line are bounded`() {
    let line = "a: " + String(repeating: "set(", count: 2000) + "int" + String(repeating: ", 5)", count: 2000)
    #expect(packDiagnostics(smallPack(fields: line)).count == 1)
    let values = String(repeating: "a, ", count: 4000)
    #expect(packDiagnostics(smallPack(fields: "a: enum(\(values))")).map(\.code) == ["P201"])
  }

  private func typedPack(types: [String], field: String) -> String {
    smallPack(fields: field)
      .replacing("collections:", with: "types:\n  \(types.joined(separator: "\n  "))\ncollections:")
  }

  @Test func `a chain of named types is bounded`() {
    let types = (0..<900).map { "T\($0): T\($0 + 1)" } + ["T900: int"]
    #expect(Set(packDiagnostics(typedPack(types: types, field: "a: T0")).map(\.code)) == ["P206"])
    #expect(packDiagnostics(typedPack(types: Array(types[890...]), field: "a: T890")).isEmpty)
  }

  @Test func `shapes in shapes cannot grow without bound`() {
    let types = (0..<14).map { "S\($0): { a: json(S\($0 + 1)), b: json(S\($0 + 1)), c: json(S\($0 + 1)) }" }
    let diagnostics = packDiagnostics(typedPack(types: types + ["S14: { a: int }"], field: "a: json(S0)"))
    #expect(diagnostics.map(\.code) == ["P206"])
  }

  @Test func `aliases of aliases do not keep the loader busy`() {
    let levels = (1..<40).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1), *a\($0 - 1)]" }
    let text = "a0: &a0 [x]\n" + levels.joined(separator: "\n") + "\n? *a39\n: 1\n"
    #expect(packDiagnostics(text).map(\.place) == ["1:5 P002"])
  }

  @Test func `counts beyond 16 bits are mistakes, not traps`() {
    let collections = (0..<70_000).map { "  c\($0): {}" }.joined(separator: "\n")
    let head = smallPack(fields: "a: bool").split(separator: "collections:")[0]
    #expect(packDiagnostics(head + "collections:\n" + collections).filter { $0.code == "P404" }.count == 1)
    let fields = (0..<70_000).map { "f\($0): bool" }.joined(separator: ",")
    #expect(packDiagnostics(smallPack(things: "fields: {\(fields)}")).map(\.place) == ["14:10904 P404"])
  }

  @Test func `field lines of traits count wherever they are used`() {
    let trait = (0..<900).map { "      f\($0): bool" }.joined(separator: "\n")
    let users = (0..<20).map { "  u\($0): { use: [wide], fields: {} }" }.joined(separator: "\n")
    let traits = "traits:\n  wide:\n    fields:\n\(trait)\n"
    let text = smallPack(fields: "a: bool").replacing("collections:", with: traits + "collections:") + users
    #expect(packDiagnostics(text).map(\.code) == ["P404"])
  }

  @Test func `too many roles are a mistake, not a trap`() {
    let roles = (0..<300).map { "r\($0)" }.joined(separator: ", ")
    let text = smallPack(fields: "a: bool").replacing("owner", with: roles)
    #expect(packDiagnostics(text).map(\.code) == ["P401"])
  }

  @Test func `a key that is written with escapes is judged by what it says`() {
    // `\x10` lies 32 below the digit 0 and once passed for one.
    let types = "types: { \"T\\x10\": int }\n"
    let text = smallPack(fields: "a: bool").replacing("collections:", with: types + "collections:")
    #expect(packDiagnostics(text).map(\.code) == ["P103"])
  }
}

import Foundation
import HearthModel
import HearthPack
import Testing

/// The JSON Schema for editors says what the loader says about keys.
@Suite("The schema of packs") struct PackSchemaTests {
  private func check(_ text: String) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-schema-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "pack.schema.json")
    try Data(PackVocabulary.schema.json.utf8).write(to: file)
    let schema = try JSONSchema("pack.schema.json", in: folder)
    #expect(schema.unchecked().isEmpty)
    return try schema.faults(of: Self.json(try YAMLNode.read(text, file: "pack")))
  }

  /// A node as editors read it: YAML's core schema.
  private static func json(_ node: YAMLNode) -> JSON {
    switch node.content {
    case .scalar(let text, isPlain: false): .string(text)
    case .scalar(let text, isPlain: true):
      switch text {
      case "true", "false": .bool(text == "true")
      case "", "~", "null": .null
      default: Int(text) != nil || Double(text) != nil ? .number(text) : .string(text)
      }
    case .sequence(let elements): .array(elements.map(json))
    case .mapping(let pairs): .object(pairs.map { ($0.key, json($0.value)) })
    }
  }

  @Test func `FamQuest and every pack that loads fit it`() throws {
    #expect(try check(Repository.text(FamQuestPack.path)).isEmpty)
    let folder = "fixtures/packs/broken"
    var count = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: Repository.file(folder).path).sorted() {
      let text = try Repository.text("\(folder)/\(name)")
      guard (try? PackLoader.load(text, file: name)) != nil else { continue }
      let faults = try check(text)
      #expect(faults.isEmpty, "\(name): \(faults)")
      count += 1
    }
    #expect(count >= 1)
  }

  @Test func `packs with an unknown key do not fit it`() throws {
    let folder = "fixtures/packs/broken"
    let names = try FileManager.default.contentsOfDirectory(atPath: Repository.file(folder).path).sorted()
    let unknown = try names.filter { name in
      guard name.hasPrefix("P101") else { return false }
      return try YAMLNode.read(Repository.text("\(folder)/\(name)"), file: name)["pack"] != nil
    }
    #expect(!unknown.isEmpty)
    for name in unknown { #expect(!(try check(Repository.text("\(folder)/\(name)")).isEmpty), "\(name)") }
  }

  /// Where each kind of place stands in a pack, and what else is there; `KEY` is where keys go.
  private static let places: [(PackVocabulary.Kind, String)] = [
    (.roles, "roles: { KEY }"), (.trait, "traits: { t: { KEY } }"), (.collection, "collections: { things: { KEY } }"),
    (.key, "collections: { things: { fields: { a: int = 0 }, key: { KEY } } }"),
    (.index, "collections: { things: { fields: { a: int = 0 }, indexes: { i: { KEY } } } }"),
    (.access, "collections: { things: { fields: { a: int = 0 }, access: { KEY } } }"),
    (.grant, "collections: { things: { fields: { a: int = 0 }, access: { read: { parent: { KEY } } } } }"),
    (.move, "collections: { things: { fields: { a: int = 0 }, moves: { m: { KEY } } } }"),
    (.need, "collections: { things: { fields: { a: int = 0 }, moves: { m: { needs: { n: { KEY } } } } } }"),
    (.effect, "collections: { things: { fields: { a: int = 0 }, effects: { e: { KEY } } } }"),
    (.check, "collections: { things: { fields: { a: int = 0 }, rules: { r: { check: a > 0, KEY } } } }"),
    (.unique, "collections: { things: { fields: { a: int = 0 }, rules: { r: { unique: [a], KEY } } } }"),
    (.acyclic, "collections: { things: { fields: { a: int = 0 }, rules: { r: { acyclic: a, KEY } } } }"),
    (.links, "collections: { things: { fields: { a: int = 0 }, rules: { r: { acyclic: { KEY } } } } }"),
    (.pack, "KEY"),
  ]

  private func unknownKeys(_ place: String, _ key: String) -> [String] {
    let text =
      (place.hasPrefix("roles") || place == "KEY" ? "" : "roles: { ranked: [parent] }\n")
      + place.replacing("KEY", with: "\(key): x") + "\n"
    do {
      _ = try PackLoader.load(text, file: "p.yaml")
      return []
    } catch {
      return error.list.filter { $0.code == "P101" }.map(\.message)
    }
  }

  @Test(arguments: PackVocabulary.Kind.allCases)
  func `the loader knows exactly these keys`(_ kind: PackVocabulary.Kind) throws {
    let place = try #require(Self.places.first { $0.0 == kind }?.1)
    let names = PackVocabulary.keys(of: kind).map(\.name)
    for name in names where !place.contains("\(name):") || kind == .collection || kind == .pack {
      let unknown = unknownKeys(place, name).filter { $0.contains("`\(name)` is no key") }
      #expect(unknown.isEmpty, "\(kind) \(name): \(unknown)")
    }
    let message = try #require(unknownKeys(place, "qqqqqqqqqqqq").first, "\(kind) takes any key")
    // The loader lists what it knows where that is not too much.
    guard names.count <= 12 else { return }
    let known = message.split(separator: "Known: ").last.map { $0.matches(of: /`([a-zA-Z]+)`/).map { String($0.1) } }
    #expect(known?.sorted() == names.sorted(), "\(kind)")
  }

  @Test(arguments: PackVocabulary.typeNames)
  func `the loader knows the types`(_ name: String) {
    let text = SmallPack.text("fields: { f: '\(name)' }\naccess: { read: { parent: all } }")
    do {
      _ = try PackLoader.load(text, file: "p.yaml")
    } catch {
      #expect(!error.list.contains { $0.code == "P202" }, "\(error.list)")
    }
  }
}

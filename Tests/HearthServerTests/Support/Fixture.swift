import Foundation
import HearthEngine
import HearthHub
import HearthModel
import HearthPack

/// FamQuest's pack and sample data, loaded once.
enum Fixture {
  /// With everything open: most of these tests are about merging, promises and attacks, whoever edits what.
  static let famquest = famquestWithRules.withoutRules
  static let famquestWithRules = try! PackLoader.load(text("famquest/schema.yaml"), file: "schema.yaml")
  static let seedText = text("famquest/seed.yaml")
  static let seed = try! SeedLoader.load(seedText, file: "seed.yaml", pack: famquest)
  static let engine = Engine(packs: [famquest.name: famquest], dayInZone: day)

  /// Eva, Sam, Noah, Luna, Finn and Mira.
  static let eva = seed.households[0]
  /// Mark, Lisa and Tom.
  static let mark = seed.households[1]
  /// Eva's family with two people, two devices and one task: for tests that found it thousands of times.
  static let small = makeSmall()

  static let day: @Sendable (Instant, String) -> Day? = { instant, _ in
    Day(rawValue: Int32(instant.milliseconds / 86_400_000))
  }

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "fixtures")

  /// The path of a file or folder of the fixtures.
  static func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }

  static func text(_ name: String) -> String {
    try! String(contentsOfFile: path(name), encoding: .utf8)
  }

  private static func makeSmall() -> Seed.Household {
    try! family("small", tasks: ["{ id: dishes, title: Afwas doen, points: 20 }"])
  }

  /// A large family with the tasks `task-0`, `task-1` and so on.
  static func eva(withTasks count: Int) throws -> Seed.Household {
    try family("large", tasks: (0..<count).map { "{ id: task-\($0), title: Taak \($0), points: 5 }" })
  }

  /// Eva and Noah with a device each.
  private static func family(_ name: String, tasks: [String]) throws -> Seed.Household {
    let text = """
      app: famquest
      households:
        - label: A \(name) family
          id: \(name)-family
          devices:
            - { name: eva-phone, member: eva }
            - { name: noah-tablet, member: noah }
          records:
            families:
              - { id: \(name)-family, name: The \(name) one, locale: nl-NL, time_zone: UTC }
            users:
              - { id: eva, display_name: Eva, role: parent }
              - { id: noah, display_name: Noah, role: child }
            tasks:
      \(tasks.map { "        - " + $0 }.joined(separator: "\n"))
      """
    return try SeedLoader.load(text, file: "\(name).yaml", pack: famquest).households[0]
  }
}

extension VersionVector {
  /// What a device has seen that has taken a household as it was founded.
  static let founding = VersionVector([Dot(.hub, 1)])
}

extension Pack {
  /// A field by its name, for tests that know their pack.
  func field(_ collection: String, _ field: String) -> Field {
    self.collection(named: collection)!.field(named: field)!
  }

  /// A change that names its collection and fields.
  func change(
    _ collection: String, _ record: RecordID, _ kind: RecordChange.Kind = .update,
    seen: VersionVector = VersionVector(), _ edits: [(field: String, action: Edit.Action)] = []
  ) -> RecordChange {
    let schema = self.collection(named: collection)!
    return RecordChange(
      collection: schema.number, record: record, kind: kind, context: seen,
      edits: edits.map { Edit(schema.field(named: $0.field)!.number, $0.action) })
  }

  /// An update that names its collection and fields.
  func change(
    _ collection: String, _ record: RecordID, seen: VersionVector = VersionVector(),
    _ edits: [(field: String, action: Edit.Action)]
  ) -> RecordChange {
    change(collection, record, .update, seen: seen, edits)
  }

  /// A change set that sets the title of a task.
  func titled(
    _ counter: UInt64, _ title: String, of task: RecordID = RecordID(name: "dishes"),
    seen: VersionVector = .founding, stamp: Int64 = 1_762_880_000_000
  ) -> ChangeSet {
    ChangeSet(
      counter: counter, stamp: HybridTime(milliseconds: stamp),
      content: .changes([change("tasks", task, seen: seen, [("title", .set(.text(title)))])]))
  }
}

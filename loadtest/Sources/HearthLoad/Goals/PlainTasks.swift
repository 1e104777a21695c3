internal import Foundation
internal import HearthModel

/// The app of the rows that compare with what others take for the same: tasks with a title, a note and a due date, and
/// no rules.
struct PlainTasks {
  let app: App
  private let tasks: CollectionSchema
  private let title: FieldNumber
  private let note: FieldNumber
  private let due: FieldNumber

  /// - Parameters:
  ///   - count: tasks of a household.
  ///   - materials: where the pack is.
  init(_ count: Int, in materials: URL) throws {
    app = try App(named: "tasks", in: materials, appending: Self.seed(count))
    guard let tasks = app.pack.collection(named: "tasks"),
      let title = tasks.field(named: "title"), let note = tasks.field(named: "note"),
      let due = tasks.field(named: "due")
    else { throw LoadFault("The pack `tasks` in `\(materials.path)` has no tasks with title, note and due.") }
    (self.tasks, self.title, self.note, self.due) = (tasks, title.number, note.number, due.number)
  }

  /// Lines of the seed; the file has one task already.
  private static func seed(_ count: Int) -> String {
    (1..<max(count, 1)).map { number in
      "        - { id: t\(number), title: \"\(words(5, number))\", note: \"\(words(10, number &* 31))\", "
        + "done: false, due: 2026-01-01T08:00:00Z, who: dev0 }\n"
    }.joined()
  }

  /// Has a device edit a task: its title, its note and its due date.
  ///
  /// - Parameter turn: chooses the task, the same one for all devices, and the words, which differ.
  func edit(_ device: LoadDevice, turn: Int, at now: Int64) {
    let records = device.records(in: tasks.number)
    let record = records[(turn &* 7919) % records.count]
    let words = turn &* 2 &+ device.position
    let moment = Instant(milliseconds: 1_750_000_000_000 + Int64(words) * 1000)
    device.write(
      [
        RecordChange(
          collection: tasks.number, record: record, kind: .update, context: device.versions(tasks.number, record),
          edits: [
            Edit(title, .set(.text(Self.words(6, words)))), Edit(note, .set(.text(Self.words(14, words &* 17)))),
            Edit(due, .set(.instant(moment))),
          ])
      ], due: now)
  }

  private static let vocabulary =
    "milk bread call plumber pay rent school trip water plants fix bike send parcel book dentist laundry"
    .split(separator: " ").map(String.init)

  /// Words that differ from turn to turn as people's do: they compress no better than those.
  private static func words(_ count: Int, _ turn: Int) -> String {
    var state = UInt64(truncatingIfNeeded: turn) &+ 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return vocabulary[Int((state >> 33) % UInt64(vocabulary.count))]
    }.joined(separator: " ")
  }
}

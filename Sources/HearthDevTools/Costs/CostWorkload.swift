internal import HearthModel

/// Something that households do over and over.
struct CostWorkload: Sendable {
  /// What one device does in a turn.
  typealias Step = (device: Int, draft: Draft)

  let name: String
  let what: String
  /// The folder of the pack, in that of the packs.
  let app: String
  /// The members whose devices are connected.
  let members: [String]
  /// Households that do the same at the same time; their change sets come in before the hub decides any.
  var households = 1
  /// Turns before those that are counted, which fill caches and let arrays grow.
  var turnsBefore = 8
  var turnsCounted = 32
  /// What the first device makes before everything else, for so many turns.
  var preparation: @Sendable (_ turns: Int) -> [Draft] = { _ in [] }
  /// What happens in a turn: nobody has seen what the others do in the same turn.
  let turn: @Sendable (Int) -> [Step]

  var turns: Int { turnsBefore + turnsCounted }
}

extension CostWorkload {
  static let all = famQuest + otherPacks

  private static let family = ["eva", "sam", "noah"]

  private static let famQuest = [
    CostWorkload(
      name: "edit", what: "a parent changes title and description of a task", app: "famquest", members: family,
      turn: { [(0, retitled($0, by: "Eva"))] }),
    CostWorkload(
      name: "edit-batched", what: "the same in 64 households, one transaction", app: "famquest", members: family,
      households: 64, turnsBefore: 2, turnsCounted: 4, turn: { [(0, retitled($0, by: "Eva"))] }),
    CostWorkload(
      name: "conflict", what: "parent and teen change both fields, unaware of each other", app: "famquest",
      members: family, turn: { [(0, retitled($0, by: "Eva")), (1, retitled($0, by: "Sam"))] }),
    CostWorkload(
      name: "create", what: "a parent makes a task", app: "famquest", members: family,
      turn: { [(0, tasks($0...$0))] }),
    CostWorkload(
      name: "delete", what: "a parent deletes a task", app: "famquest", members: family,
      preparation: { [tasks(0...$0)] },
      turn: { number in [(0, draft { $0.delete("tasks", task(number)) })] }),
    CostWorkload(
      name: "complete", what: "a teen completes a task, which books points", app: "famquest", members: family,
      preparation: { [tasks(0...$0)] },
      turn: { number in [(1, draft { $0.set("tasks", task(number), "status", .text("done")) })] }),
  ]

  private static let otherPacks = [
    CostWorkload(
      name: "academy-edit", what: "a child changes the points of a run, which are added up", app: "packs/academy",
      members: ["sam", "eva", "eva"],
      turn: { number in
        [(0, draft { $0.set("runs", RecordID(name: "sams-birds"), "points", .int(Int64(number % 1000))) })]
      }),
    CostWorkload(
      name: "library-edit", what: "a librarian changes title and unique mark of a book", app: "packs/library",
      members: ["ann", "bob", "cleo"],
      turn: { number in
        [
          (
            0,
            draft {
              $0.set("books", RecordID(name: "dune"), "title", .text("Dune, copy \(padded(number))"))
              $0.set("books", RecordID(name: "dune"), "mark", .text("H\(padded(number))"))
            }
          )
        ]
      }),
    CostWorkload(
      name: "workshop-edit", what: "title and cost of a project, where everybody may do everything",
      app: "packs/workshop", members: ["ann", "bob", "bob"],
      turn: { number in
        [
          (
            0,
            draft {
              $0.set("projects", RecordID(name: "chair"), "title", .text("A chair, version \(padded(number))"))
              $0.set("projects", RecordID(name: "chair"), "cost", .int(Int64(100 + number % 100)))
            }
          )
        ]
      }),
  ]

  // MARK: Drafts

  private static func draft(_ make: (inout Draft) -> Void) -> Draft {
    var draft = Draft()
    make(&draft)
    return draft
  }

  /// Four digits, so that all texts are equally long.
  private static func padded(_ number: Int) -> String { String("\(10_000 + number)".dropFirst()) }

  private static func retitled(_ number: Int, by name: String) -> Draft {
    draft {
      $0.set("tasks", RecordID(name: "dishes"), "title", .text("Afwas \(padded(number)) van \(name)"))
      $0.set(
        "tasks", RecordID(name: "dishes"), "description",
        .text("Meteen na het eten, en de pannen ook: \(padded(number))"))
    }
  }

  private static func task(_ number: Int) -> RecordID { RecordID(name: "task-\(padded(number))") }

  /// Makes tasks for Sam.
  private static func tasks(_ numbers: ClosedRange<Int>) -> Draft {
    draft { draft in
      for number in numbers {
        draft.create(
          "tasks", task(number),
          [
            ("title", .text("Kamer \(padded(number)) opruimen")), ("category", .text("kamer")), ("points", .int(10)),
            ("due", .instant(Instant("2025-11-12T17:00:00Z")!)), ("assignees", .list([.id(RecordID(name: "sam"))])),
          ])
      }
    }
  }
}

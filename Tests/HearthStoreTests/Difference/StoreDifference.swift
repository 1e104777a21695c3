import HearthEngine
import HearthMemory
import HearthModel
import HearthSQLite
import Testing

/// The same batches of the same engine on two stores: every answer and everything that can be read is equal.
@Suite("Two stores that decide the same")
struct StoreDifference {
  @Test(arguments: [UInt64(1), 2, 3])
  func `FamQuest families in memory and in SQLite stay equal`(seed: UInt64) throws {
    try run(seed: seed, rounds: 60) { store in
      [try TestHousehold(Fixture.eva, in: store), try TestHousehold(Fixture.mark, in: store)]
    }
  }

  @Test(arguments: [UInt64(4), 5, 6])
  func `a pack with every type and rule stays equal in memory and in SQLite`(seed: UInt64) throws {
    try run(seed: seed, rounds: 60) { store in [try SamplerHome.found(in: store)] }
  }

  // MARK: Running

  private func run(seed: UInt64, rounds: Int, _ found: (any Store) throws -> [TestHousehold]) throws {
    let (memory, sqlite) = (MemoryStore(), try TemporaryStore(options: seed % 2 == 0 ? .forgetful : .init()))
    let (left, right) = (try found(memory), try found(sqlite))
    var drivers = try left.map { try Driver($0, seed: seed &* 1_000_003 &+ $0.id.record.low) }
    var tally = Tally()
    for round in 0..<rounds {
      let batch = try drivers.indices.flatMap { try drivers[$0].batch() }
      for position in drivers.indices { try drivers[position].mirrorInstalls(in: sqlite) }
      let now = Instant(milliseconds: 1_762_880_400_000 + Int64(round) * 1000)
      let answers = try [memory as any Store, sqlite].map { store in
        try TestHousehold.commit(batch, in: store, engine: Fixture.engine, now: now).map(Decided.init)
      }
      #expect(answers[0] == answers[1], "seed \(seed), round \(round)")
      for answer in answers[0] { tally.count(answer) }
      try comparePages(left, right, &drivers)
      if round % 20 == 19 { try sqlite.reopen() }
    }
    for pack in Set(left.map(\.pack)) {
      #expect(try ColumnAudit(onlooker: Onlooker(sqlite), pack: pack).run() > 5)
    }
    for (left, right) in zip(left, right) { try InquiryDifference(left: left, right: right).run() }
    #expect(try StoreDump(memory, left) == StoreDump(sqlite, right), "seed \(seed)")
    #expect(tally.isMixed, "seed \(seed): \(tally)")
  }

  private func comparePages(_ left: [TestHousehold], _ right: [TestHousehold], _ drivers: inout [Driver]) throws {
    for (position, (left, right)) in zip(left, right).enumerated() {
      let head = try left.state().revision.rawValue
      let cursor = Revision(rawValue: UInt64(drivers[position].edits.number(Int(head) + 2)))
      let bytesMax = 1 + drivers[position].edits.number(4000)
      let pages = try [left, right].map {
        try $0.store.changedRecords(of: $0.id, after: cursor, bytesMax: bytesMax)
      }
      #expect(Page(pages[0]) == Page(pages[1]), "after \(cursor), \(bytesMax) bytes")
      #expect(try left.state() == right.state())
    }
  }
}

extension SQLiteStore.Options {
  /// Caches so small that every commit has to do without.
  fileprivate static var forgetful: SQLiteStore.Options {
    var options = SQLiteStore.Options()
    (options.recordCountMax, options.householdCountMax, options.statementCountMax) = (4, 2, 4)
    options.checkpointPages = 3
    return options
  }
}

/// An answer in a form that can be compared.
private enum Decided: Equatable {
  case decided(Outcome, Publication?)
  case repeated(Outcome)
  case gap(UInt64)
  case forked

  init(_ result: SubmissionResult) {
    switch result {
    case .decided(let outcome, let patch): self = .decided(outcome, patch)
    case .repeated(let outcome): self = .repeated(outcome)
    case .gap(let expected): self = .gap(expected)
    case .forked: self = .forked
    }
  }
}

private struct Page: Equatable {
  let states: [RecordState]
  let places: [String]
  let through: Revision
  let hasMore: Bool

  init(_ page: ChangedRecords) {
    states = page.entries.map(\.state)
    places = page.entries.map { "\($0.revision) \($0.collection.rawValue) \($0.record)" }
    through = page.through
    hasMore = page.hasMore
  }
}

private struct Tally {
  var (accepted, merged, rejected, repeated) = (0, 0, 0, 0)

  /// Whether there was enough of everything for the comparison to mean something.
  var isMixed: Bool { accepted >= 40 && merged >= 5 && rejected >= 10 && repeated >= 10 }

  mutating func count(_ answer: Decided) {
    switch answer {
    case .decided(let outcome, _):
      switch outcome.verdict {
      case .accepted: accepted += 1
      case .merged: merged += 1
      case .rejected: rejected += 1
      }
    case .repeated: repeated += 1
    case .gap, .forked: break
    }
  }
}

/// The devices of one household, as they edit, resend, and are installed anew.
private struct Driver {
  let household: TestHousehold
  var edits: RandomEdits
  private var sent: [Submission] = []
  private var mirrored = 0

  init(_ household: TestHousehold, seed: UInt64) throws {
    self.household = household
    edits = RandomEdits(seed: seed, pack: household.pack, household: household.id)
    for entry in try household.changed().entries { edits.note(entry.collection, entry.record) }
  }

  /// Opens the household's new installs in another store, which has to give them the same numbers.
  mutating func mirrorInstalls(in store: any Store) throws {
    for install in household.opened.dropFirst(mirrored) {
      let number = try store.openReplica(
        household: household.id, device: install.device, incarnation: install.incarnation)
      #expect(number == install.replica)
    }
    mirrored = household.opened.count
  }

  mutating func batch() throws -> [Submission] {
    try (0..<1 + edits.number(5)).map { _ in try submission() }
  }

  private mutating func submission() throws -> Submission {
    if edits.chance(8), let again = edits.pick(sent) { return again }
    let device = edits.pick(household.devices)!
    var formerly = [Dot]()
    if edits.chance(20), let replica = device.replica {
      formerly = [Dot(replica, device.counter)]
      (device.incarnation, device.replica, device.counter) = (device.incarnation + 1, nil, 0)
    }
    let store = household.store
    let changes = try edits.changes { try store.record($0)?.versions }
    let submission = try household.submission(device, changes, formerly: formerly)
    sent.append(submission)
    return submission
  }
}

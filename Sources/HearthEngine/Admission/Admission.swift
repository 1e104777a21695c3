internal import HearthModel

/// Decides one change set that has not been decided before: steps 3 to 8 of admission.
struct Admission {
  let engine: Engine
  let pack: Pack
  let household: HouseholdState
  let submission: Submission
  let work: WorkingSet
  /// The stamp that counts.
  let stamp: HybridTime
  let now: Instant
  /// The author's rank, known once the member has been looked up.
  private(set) var rank = Rank(rawValue: 0)
  private(set) var stage: Stage

  /// What came of it.
  struct Decision {
    let verdict: Outcome.Verdict
    /// The patch for everybody else; nil when nothing was committed.
    let patch: Patch?
    /// Where the result differs from what the author's device computes for itself.
    let ownRecords: [RecordPatch]
  }

  /// Records that one change set may touch.
  static let recordsMax = 1000

  init(
    engine: Engine, pack: Pack, household: HouseholdState, submission: Submission, work: WorkingSet,
    stamp: HybridTime, now: Instant
  ) {
    self.engine = engine
    self.pack = pack
    self.household = household
    self.submission = submission
    self.work = work
    self.stamp = stamp
    self.now = now
    stage = Stage(work: work, household: household.id, pack: pack)
  }

  private var isHub: Bool { submission.replica == .hub }
  private var author: Authorship { Authorship(dot: submission.dot, stamp: stamp, rank: rank) }

  /// Decides; everything the change set did is in the working set when it was taken in, and nothing when it was not.
  mutating func run() throws -> Decision {
    do {
      try admit()
    } catch let rejection as Rejection {
      return Decision(verdict: .rejected(rejection), patch: nil, ownRecords: [])
    }
    let builder = PatchBuilder(stage: stage, author: author)
    let revision = household.revision.next
    let decisions = try builder.decisions()
    stage.absorb(into: work, revision: revision)
    return Decision(
      verdict: decisions.isEmpty ? .accepted : .merged(decisions),
      patch: Patch(revision: revision, dot: submission.dot, at: now, records: builder.recordsForOthers()),
      ownRecords: builder.recordsForAuthor(context: { key in self.context(of: key) }))
  }

  private mutating func admit() throws {
    rank = try authorsRank()
    let changes: [RecordChange]
    switch submission.changeSet.content {
    case .unreadable(let rejection): throw rejection
    case .changes(let list): changes = list
    }
    guard changes.count <= Self.recordsMax || isHub else {
      throw Rejection(
        .tooLarge, message: "At most \(Self.recordsMax) records in one change set; this has \(changes.count). Split it."
      )
    }
    var seen = Set<RecordKey>()
    for change in changes {
      let key = RecordKey(household.id, change.collection, change.record)
      guard seen.insert(key).inserted else {
        throw Rejection(
          .inconsistent, collection: change.collection, record: change.record,
          message: "A record stands at most once in a change set. Put its edits into one change.")
      }
      try apply(change, key)
    }
    try stage.settle()
    stage.stampHubFields(now: now)
  }

  // MARK: Who

  private func authorsRank() throws -> Rank {
    if isHub { return .hub }
    let householdKey = RecordKey(household.id, pack.householdCollection, household.id.record)
    let home = pack.collection(pack.householdCollection)!
    guard let record = try work.state(of: householdKey), case .live = record.recordLife(in: home) else {
      throw Rejection(.householdGone, message: "The household is deleted. Remove the account from this device.")
    }
    let members = pack.collection(pack.memberCollection)!
    guard let member = submission.member,
      let state = try work.state(of: RecordKey(household.id, members.number, member)),
      case .live = state.recordLife(in: members),
      let role = state.value(of: members.fields[pack.roleField.index], in: members).text,
      let rank = pack.roles.rank(of: role)
    else { throw Rejection(.forbidden, message: "The member of this device is not in the household.") }
    return rank
  }

  // MARK: One record

  private mutating func apply(_ change: RecordChange, _ key: RecordKey) throws {
    guard let collection = pack.collection(change.collection) else {
      throw Rejection(
        .unknownCollection, record: change.record,
        message: "`\(pack.name)` has no collection number \(change.collection.rawValue). Check the pack's version.")
    }
    let shape = EditShape(collection: collection, change: change, isHub: isHub, fillIn: try fillIn())
    let operation = try shape.operation()
    let existing = try work.state(of: key)
    try checkPresence(existing, change, collection, shape)
    let context = cut(change.context)
    if let existing { try checkExpectation(existing, change, context, shape) }
    var state = existing ?? RecordState(slotCount: collection.slots.count)
    do {
      try state.apply(operation, by: author, context: context, rules: collection.rules)
    } catch {
      throw rejection(error, collection, shape)
    }
    for slot in Set(operation.slots.map(\.slot)) { try checkLimits(state, slot, collection, shape) }
    stage.put(key, state, before: existing, slots: Set(operation.slots.map(\.slot)), kind: change.kind)
  }

  private func fillIn() throws -> EditShape.FillIn {
    let home = pack.collection(pack.householdCollection)!
    let key = RecordKey(household.id, home.number, household.id.record)
    let zone = try stage.state(of: key)?.value(of: home.fields[pack.zoneField.index], in: home).text
    return EditShape.FillIn(
      now: now, today: engine.dayInZone(now, zone ?? "UTC"), household: household.id, member: submission.member)
  }

  /// Row C2: no device can claim to have seen what the hub has not decided.
  private func cut(_ context: VersionVector) -> VersionVector {
    context.cut { replica in
      replica == submission.replica ? submission.changeSet.counter - 1 : household.progress(of: replica).counter
    }
  }

  private func context(of key: RecordKey) -> VersionVector {
    let change = submission.changeSet.changes.first { $0.collection == key.collection && $0.record == key.record }
    var context = cut(change?.context ?? VersionVector())
    context.join(Dot(submission.replica, submission.changeSet.counter))
    return context
  }

  private func checkPresence(
    _ existing: RecordState?, _ change: RecordChange, _ collection: CollectionSchema, _ shape: EditShape
  ) throws(Rejection) {
    switch change.kind {
    case .create: try checkCreation(existing, change, collection, shape)
    case .update, .delete, .restore:
      guard let existing else {
        throw shape.reject(.recordUnknown, nil, "`\(collection.name)` has no such record in this household.")
      }
      guard change.kind == .update, case .deleted(let author) = existing.recordLife(in: collection),
        existing.tombstones.allSatisfy({ cut(change.context).covers($0.author.dot) })
      else { return }
      throw shape.reject(
        .gone, nil, "The record was deleted before this edit. Restore it first.", holder: Write(author, nil))
    }
  }

  private func checkCreation(
    _ existing: RecordState?, _ change: RecordChange, _ collection: CollectionSchema, _ shape: EditShape
  ) throws(Rejection) {
    if collection.key.isEmpty {
      guard existing == nil else {
        throw shape.reject(.recordExists, nil, "`\(collection.name)` has a record with this id already.")
      }
    } else {
      let id = collection.keyedID(household: household.id) { field in
        for edit in change.edits where edit.field == field.number {
          if case .set(let value) = edit.action { return value }
        }
        return shape.fillIn.value(of: field)
      }
      guard id == change.record else {
        throw shape.reject(
          .keyMismatch, nil,
          "The id of a `\(collection.name)` record follows from its key; expected \(id?.description ?? "a key").")
      }
    }
    if collection.number == pack.householdCollection, change.record != household.id.record {
      throw shape.reject(.forbidden, nil, "A household has one record of its own.")
    }
  }

  private func checkExpectation(
    _ existing: RecordState, _ change: RecordChange, _ context: VersionVector, _ shape: EditShape
  ) throws(Rejection) {
    var seen = context
    seen.join(Dot(submission.replica, max(submission.changeSet.counter, 1) - 1))
    let isStale: Bool
    switch change.expectation {
    case .recordUnchanged: isStale = !seen.covers(existing.versions)
    case .none: isStale = shape.collection.isStrict && !isHub && !seen.covers(existing.versions)
    case .fieldsUnchanged(let fields):
      let slots = fields.compactMap { shape.collection.field($0)?.slot }
      isStale = slots.count < fields.count || slots.contains { !existing.hasOnly(seen: seen, inSlot: $0) }
    }
    if isStale {
      throw shape.reject(
        .staleVersion, nil, "The record changed since this device saw it. Look at it again and repeat the edit.")
    }
  }

  private func checkLimits(
    _ state: RecordState, _ slot: Int, _ collection: CollectionSchema, _ shape: EditShape
  ) throws(Rejection) {
    let field = collection.fields[collection.slots[slot].fields[0].index]
    switch collection.slots[slot].rule {
    case .set:
      guard case .set(_, let maximum) = field.type, case .set(let set) = state.slots[slot] else { return }
      // Removed elements stay until they are collected, so that they are bounded too.
      let count = state.storedValue(of: field, in: collection).elements?.count ?? 0
      guard count <= maximum, set.entries.count <= maximum * 10 + 100 else {
        throw shape.reject(.limitExceeded, field, "`\(field.name)` holds at most \(maximum) elements.")
      }
    case .json, .counter:
      // Removed paths stay until they are collected, so that they are bounded too.
      if case .document(let document) = state.slots[slot], document.entries.count > FieldType.jsonLeavesMax * 4 {
        throw shape.reject(.limitExceeded, field, "`\(field.name)` has too many paths, those removed included.")
      }
      if let fault = field.type.fault(of: state.storedValue(of: field, in: collection)) {
        throw shape.reject(
          .limitExceeded, field,
          "`\(field.name)` would leave its limits: expected \(fault.expected), would be \(fault.found).")
      }
    case .register, .extreme, .hub: break
    }
  }

  private func rejection(
    _ refusal: RecordRefusal, _ collection: CollectionSchema, _ shape: EditShape
  ) -> Rejection {
    let field = collection.fields[collection.slots[refusal.slot].fields[0].index]
    let visible = { (write: Write) in field.isPublished ? write : Write(write.author, nil) }
    switch refusal.refusal {
    case .alreadyClaimed(let holder):
      return shape.reject(
        .alreadyClaimed, field, "Somebody else was first to take `\(field.name)`.", holder: visible(holder))
    case .alreadySet(let holder):
      return shape.reject(.alreadySet, field, "`\(field.name)` takes one value and has it.", holder: visible(holder))
    case .overflow:
      return shape.reject(.limitExceeded, field, "`\(field.name)` would leave 64 bits.")
    }
  }
}

extension RecordState {
  /// Whether a context covers every write of a slot.
  fileprivate func hasOnly(seen: VersionVector, inSlot slot: Int) -> Bool {
    switch slots[slot] {
    case .empty, .hub: true
    case .register(let register): register.writes.allSatisfy { seen.covers($0.author.dot) }
    case .extreme(let extreme): extreme.write.map { seen.covers($0.author.dot) } ?? true
    case .set(let set): set.entries.allSatisfy { $0.register.writes.allSatisfy { seen.covers($0.author.dot) } }
    case .document(let document):
      document.entries.allSatisfy { $0.register.writes.allSatisfy { seen.covers($0.author.dot) } }
    // A counter does not say which increments it has; the record as a whole does.
    case .counter: seen.covers(versions)
    }
  }
}

internal import HashTreeCollections
package import HearthModel
package import HearthProtocol

/// The logic of a device: what it has confirmed, what waits for the hub, and what the person sees of both.
///
/// A value without I/O: each step takes a reader and returns what to write. The shell writes that in one transaction
/// and keeps the new value only when the write succeeded, so that memory and disk never disagree.
package struct Replica: Sendable {
  package let pack: Pack
  package internal(set) var identity: ReplicaIdentity
  /// Change sets without an outcome, ascending by counter.
  package private(set) var outbox: Outbox
  /// Who writes under which replica number.
  package private(set) var roster: [ReplicaNumber: RosterEntry]
  /// What was decided under earlier incarnations, between the Welcome that asks for it and the new incarnation.
  private var remembered: [SettledEntry] = []
  /// Where the undecided changes of a record stand: counters, ascending. As cheap to copy as the outbox.
  private(set) var pending: TreeDictionary<ReplicaKey, [UInt64]> = [:]

  package init(pack: Pack, identity: ReplicaIdentity, outbox: [OutboxEntry], roster: [RosterEntry]) {
    self.pack = pack
    self.identity = identity
    self.outbox = Outbox(outbox)
    self.roster = Dictionary(roster.map { ($0.replica, $0) }, uniquingKeysWith: { $1 })
    indexOutbox()
  }

  /// What one step has done.
  package struct Step: Sendable {
    /// What to write.
    package var writes = ReplicaWrites()
    /// The records whose view may have changed.
    package var changed: Set<ReplicaKey> = []
    /// The change sets that were decided.
    package var settled: [SettledEntry] = []

    package init() {}
  }

  /// The counters of the outbox; nil when it is empty.
  package var outboxCounters: ClosedRange<UInt64>? { outbox.reach }

  private mutating func indexOutbox() {
    pending = [:]
    for entry in outbox { index(entry) }
  }

  private mutating func index(_ entry: OutboxEntry) {
    for key in keys(of: entry) { pending[key, default: []].append(entry.changeSet.counter) }
  }
}

// MARK: - Edits

extension Replica {
  /// Puts a draft into the outbox as one change set.
  ///
  /// - Parameter now: the device's clock.
  /// - Returns: the step, and the counter of the change set.
  /// - Throws: ``Rejection`` for what the hub would refuse in any case; what the reader throws.
  package mutating func commit(
    _ draft: Draft, now: Instant, _ reader: some ReplicaReader
  ) throws -> (step: Step, counter: UInt64) {
    guard identity.nextCounter < .max else {
      throw Rejection(.tooLarge, message: "This install has used up its counters. Install the app anew.")
    }
    let changes = try DraftResolver(replica: self).changes(of: draft, now: now) { key in try view(key, reader) }
    return append(changes.map(meant), now: now)
  }

  /// Puts changes into the outbox as one change set, without asking whether the hub can take them.
  package mutating func append(_ changes: [RecordChange], now: Instant) -> (step: Step, counter: UInt64) {
    let counter = identity.nextCounter
    let stamp = identity.clock.tick(atMilliseconds: now.milliseconds)
    let entry = OutboxEntry(
      changeSet: ChangeSet(counter: counter, stamp: stamp, content: .changes(changes)), madeAt: now, isSent: false)
    identity.nextCounter += 1
    outbox.append(entry)
    index(entry)
    var step = Step()
    step.writes.identity = identity
    step.writes.addedToOutbox = [entry]
    step.changed = Set(changes.map { ReplicaKey($0.collection, $0.record) })
    return (step, counter)
  }
}

// MARK: - Talking to the hub

extension Replica {
  /// How the device introduces itself.
  package func hello(token: String, now: Instant, software: String, deflates: Bool = false) -> Hello {
    Hello(
      token: token, app: pack.name, packVersion: UInt32(pack.version), incarnation: identity.incarnation,
      cursor: identity.staging?.cursor ?? identity.cursor, nextCounter: identity.nextCounter,
      clock: now.milliseconds, software: software, deflates: deflates)
  }

  /// The change sets of a part of the outbox, which now count as sent.
  package mutating func take(_ counters: ClosedRange<UInt64>) -> (step: Step, changeSets: [ChangeSet]) {
    var step = Step()
    step.writes.sent = counters
    return (step, outbox.take(counters))
  }

  /// Whether the device can go on after a Welcome.
  package enum Adoption: Hashable, Sendable {
    case goOn
    /// The hub knows change sets under this number that the device does not, or misses some that the device has
    /// forgotten: it has to go on as a new install.
    case startOver
  }

  /// Takes over what the hub said at the handshake.
  ///
  /// - Parameter now: the device's clock.
  package mutating func adopt(
    _ welcome: Welcome, now: Instant, _ reader: some ReplicaReader
  ) throws -> (step: Step, adoption: Adoption) {
    var step = Step()
    let isKnown = identity.replica == nil || identity.replica == welcome.replica
    let made = identity.nextCounter - 1
    // What was never sent cannot have been decided: another install uses the same number.
    let isShared = outbox.contains { !$0.isSent && $0.changeSet.counter <= welcome.lastCounter }
    guard isKnown, welcome.lastCounter <= made, !isShared else {
      if !isKnown, identity.cursor != .start {
        // The hub was restored to before it knew this install, and has lost all that the install ever sent.
        _ = try requeue(after: 0, &step, reader)
        _ = try remember(reader)
      }
      // Who has the same past may have sent what waits here under this number.
      if isKnown { identity.replica = welcome.replica }
      step.writes.identity = identity
      return (step, .startOver)
    }
    if welcome.lastCounter == 0, welcome.isSnapshot, try remember(reader) {
      // The hub may have been restored to before this install had a number, or to before one it had earlier.
      _ = try requeue(after: 0, &step, reader)
      identity.replica = welcome.replica
      step.writes.identity = identity
      return (step, .startOver)
    }
    identity.replica = welcome.replica
    identity.role = welcome.role
    identity.clockOffset = ClockOffset(device: now.milliseconds, hub: welcome.clock).milliseconds
    let isComplete = try requeue(after: welcome.lastCounter, &step, reader)
    step.writes.clearsStaged = welcome.isSnapshot && identity.staging != nil
    identity.stage(after: welcome)
    step.writes.identity = identity
    return (step, isComplete ? .goOn : .startOver)
  }

  /// Puts change sets that the hub has forgotten, since it was restored from a backup, back into the outbox (P12).
  ///
  /// - Returns: whether the outbox then goes on where the hub stands.
  private mutating func requeue(after last: UInt64, _ step: inout Step, _ reader: some ReplicaReader) throws -> Bool {
    let first = outbox.first?.changeSet.counter ?? identity.nextCounter
    guard last + 1 < first else { return true }
    let forgotten = try reader.settled(of: identity.incarnation, after: last).filter { $0.changeSet.counter < first }
    outbox = Outbox(forgotten.map { OutboxEntry(decided: $0, isRenamed: false) } + outbox)
    if !forgotten.isEmpty { identity.aliases = [] }
    identity.confirmedCounter = min(identity.confirmedCounter, last)
    indexOutbox()
    step.writes.unsettled = forgotten
    step.writes.outbox = Array(outbox)
    step.changed.formUnion(pending.keys)
    return UInt64(forgotten.count) == first - last - 1
  }

  /// Keeps in mind what was decided under earlier incarnations of this device, to be told to the hub once more; the hub
  /// knows by the former dots what it has.
  ///
  /// - Returns: whether there is any.
  private mutating func remember(_ reader: some ReplicaReader) throws -> Bool {
    guard identity.cursor != .start else { return false }
    remembered = try reader.settled(besides: identity.incarnation).filter { !$0.isRejected }
    if !remembered.isEmpty { identity.aliases = [] }
    return !remembered.isEmpty
  }

  /// Goes on as a new install: what waits is numbered anew, and says under which numbers it may have been sent.
  ///
  /// - Parameter incarnation: 64 random bits, not 0.
  package mutating func renewIncarnation(_ incarnation: UInt64) -> Step {
    var step = Step()
    identity.incarnation = incarnation
    // Also what this install never sent: another one with the same past may have.
    var waiting = Array(outbox)
    if let replica = identity.replica {
      for position in waiting.indices { waiting[position].rename(from: replica) }
    }
    waiting = remembered.map { OutboxEntry(decided: $0, isRenamed: true) } + waiting
    for position in waiting.indices { waiting[position].changeSet.counter = UInt64(position + 1) }
    outbox = Outbox(waiting)
    step.writes.unsettled = remembered
    remembered = []
    identity.replica = nil
    identity.nextCounter = UInt64(outbox.count + 1)
    identity.confirmedCounter = 0
    indexOutbox()
    step.changed = Set(pending.keys)
    step.writes.identity = identity
    step.writes.outbox = waiting
    return step
  }

  /// Remembers who writes under which number.
  package mutating func note(_ entries: [RosterEntry]) -> Step {
    for entry in entries { roster[entry.replica] = entry }
    var step = Step()
    step.writes.roster = entries
    return step
  }

  /// Keeps a page until the catch-up is complete.
  ///
  /// - Parameter forget: blinded ids of records that the member may not see; those that the device holds are dropped.
  package mutating func stage(
    _ records: [RecordPatch], forget: [UInt64] = [], through: Revision, _ reader: some ReplicaReader
  ) throws -> Step {
    guard var staging = identity.staging else { return Step() }
    staging.cursor = Cursor(epoch: staging.cursor.epoch, revision: through)
    identity.staging = staging
    var step = Step()
    step.writes.identity = identity
    step.writes.staged = try records + unblind(forget, reader)
    return step
  }

  /// Which of the records that the device holds, or has been sent in earlier pages, it is to drop.
  private func unblind(_ forget: [UInt64], _ reader: some ReplicaReader) throws -> [RecordPatch] {
    guard !forget.isEmpty else { return [] }
    let wanted = Set(forget)
    let staged = try reader.staged().map { ReplicaKey($0.collection, $0.record) }
    return Set(try reader.confirmedKeys() + staged)
      .filter { wanted.contains($0.record.blinded(in: identity.household, $0.collection)) }
      .sorted().map { .forgotten($0.collection, $0.record) }
  }

  /// Applies what was staged, as one: no device shows half of a change set (P4).
  package mutating func applyStaged(_ revision: Revision, _ reader: some ReplicaReader) throws -> Step {
    guard let staging = identity.staging else { return Step() }
    var step = Step()
    step.changed = Set(pending.keys)
    if staging.isSnapshot {
      step.writes.clearsConfirmed = true
      for collection in pack.collections {
        step.changed.formUnion(try reader.confirmed(in: collection.number).map { ReplicaKey(collection.number, $0.0) })
      }
    }
    for patch in try reader.staged() { try apply(patch, dot: nil, &step, reader) }
    identity.cursor = Cursor(epoch: staging.cursor.epoch, revision: revision)
    identity.confirmedCounter = staging.lastCounter
    identity.staging = nil
    step.writes.clearsStaged = true
    step.writes.identity = identity
    return step
  }

  /// Applies live updates in their order.
  package mutating func apply(_ updates: [Update], _ reader: some ReplicaReader) throws -> Step {
    var step = Step()
    for update in updates {
      switch update {
      case .patch(let patch):
        for record in patch.records { try apply(record, dot: patch.dot, &step, reader) }
        advance(to: patch.revision)
      case .outcome(let outcome): try apply(outcome, &step, reader)
      }
    }
    step.writes.identity = identity
    return step
  }

  /// Removes the household's data; what the hub never took in stays in the outbox for the person to see.
  package mutating func wipe() -> Step {
    identity.cursor = .start
    identity.staging = nil
    identity.aliases = []
    roster = [:]
    indexOutbox()
    var step = Step()
    step.changed = Set(pending.keys)
    step.writes.identity = identity
    step.writes.wipes = true
    return step
  }

  private mutating func advance(to revision: Revision) {
    guard revision > identity.cursor.revision else { return }
    identity.cursor = Cursor(epoch: identity.cursor.epoch, revision: revision)
  }

  // MARK: Records

  private func confirmed(_ key: ReplicaKey, _ step: Step, _ reader: some ReplicaReader) throws -> VisibleRecord? {
    // A snapshot goes over what the device has, too: what never leaves this device is not in it and stays.
    if step.writes.forgotten.contains(key) { return nil }
    return try step.writes.confirmed[key] ?? reader.confirmed(key)
  }

  /// - Parameter dot: the change set behind the patch; nil in a catch-up.
  private func apply(_ patch: RecordPatch, dot: Dot?, _ step: inout Step, _ reader: some ReplicaReader) throws {
    guard let collection = pack.collection(patch.collection) else { return }
    let key = ReplicaKey(patch.collection, patch.record)
    step.changed.insert(key)
    guard !patch.isForgotten else {
      step.writes.confirmed[key] = nil
      step.writes.forgotten.insert(key)
      return
    }
    var record = try confirmed(key, step, reader) ?? VisibleRecord(in: collection)
    record.apply(patch, dot: dot, in: collection)
    step.confirm(key, record)
  }

  // MARK: Outcomes

  private mutating func apply(_ outcome: Outcome, _ step: inout Step, _ reader: some ReplicaReader) throws {
    guard let replica = identity.replica, let entry = outbox.remove(outcome.counter) else { return }
    for key in keys(of: entry) {
      pending[key]?.removeAll { $0 == outcome.counter }
      if pending[key]?.isEmpty == true { pending[key] = nil }
      step.changed.insert(key)
    }
    if learn(outcome.verdict) {
      step.changed.formUnion(pending.keys)
      indexOutbox()
      step.changed.formUnion(pending.keys)
    }
    let settled = SettledEntry(
      incarnation: identity.incarnation, replica: replica, changeSet: entry.changeSet, revision: outcome.revision,
      at: outcome.at, verdict: outcome.verdict)
    // At or below the cursor the confirmed state holds it already: it came with a page or as a patch, because the hub
    // decided it after the connection on which it was sent had ended (protocol/wire.md, section 11).
    if !settled.isRejected, outcome.revision > identity.cursor.revision {
      try confirm(entry, outcome, Dot(replica, outcome.counter), &step, reader)
    }
    identity.confirmedCounter = max(identity.confirmedCounter, outcome.counter)
    advance(to: outcome.revision)
    step.writes.removedFromOutbox.append(outcome.counter)
    step.writes.settled.append(settled)
    step.settled.append(settled)
  }

  /// Makes an own change set part of the confirmed state: as written, and then as the hub says where that differs.
  private func confirm(
    _ entry: OutboxEntry, _ outcome: Outcome, _ dot: Dot, _ step: inout Step, _ reader: some ReplicaReader
  ) throws {
    for change in entry.changeSet.changes.map(meant) {
      guard let collection = pack.collection(change.collection) else { continue }
      let key = ReplicaKey(change.collection, change.record)
      var record = try confirmed(key, step, reader) ?? VisibleRecord(in: collection)
      record.apply(
        change.withoutPrivateFields(in: collection), by: author(of: entry), fillIn: fillIn(at: outcome.at),
        in: collection)
      record.versions.join(dot)
      step.confirm(key, record)
    }
    for patch in outcome.records { try apply(patch, dot: dot, &step, reader) }
  }
}

extension Replica.Step {
  fileprivate mutating func confirm(_ key: ReplicaKey, _ record: VisibleRecord) {
    writes.confirmed[key] = record
    writes.forgotten.remove(key)
  }
}

extension RecordChange {
  /// The change as the device may keep it: what is private stays at the hub.
  fileprivate func withoutPrivateFields(in collection: CollectionSchema) -> RecordChange {
    RecordChange(
      collection: self.collection, record: record, kind: kind, context: context, expectation: expectation,
      edits: edits.filter { collection.field($0.field)?.marks.contains(.isPrivate) != true })
  }
}

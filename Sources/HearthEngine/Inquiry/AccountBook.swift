internal import HearthModel

/// The accounts of the change sets that an answer names, each looked up once.
struct AccountBook {
  private let desk: InquiryDesk
  private let names: [RecordID: String]
  private let replicas: [ReplicaNumber: HouseholdState.Replica]
  /// Whether the answer is about one record, so that it can be told what of it each had seen.
  private let tellsSight: Bool
  private var entries: [Dot: ChangeEntry?] = [:]
  private var accounts: [Dot: ChangeAccount] = [:]

  init(_ desk: InquiryDesk, tellsSight: Bool) throws {
    self.desk = desk
    self.tellsSight = tellsSight
    names = Dictionary(try desk.reader.devices(of: desk.household).map { ($0.id, $0.name) }) { $1 }
    replicas = try desk.reader.household(desk.household)?.replicas ?? [:]
  }

  /// What was decided about a change set; nil when it was collected.
  mutating func entry(_ dot: Dot) throws -> ChangeEntry? {
    if let known = entries[dot] { return known }
    let entry = try desk.reader.change(desk.household, dot)
    entries[dot] = .some(entry)
    return entry
  }

  /// The last revision that added a write to a conflict; nil when nothing is known of any of its writes.
  mutating func lastRevision(of conflict: Conflict) throws -> Revision? {
    try conflict.dots.compactMap { dot in
      try entry(dot)?.revision ?? desk.reader.remnant(desk.household, dot)?.revision
    }.max()
  }

  /// Looks up who stands behind a conflict.
  mutating func note(_ conflict: Conflict, of record: InquirySight.SeenRecord) throws {
    for write in [conflict.winner] + conflict.losers.map(\.write) { try note(write.author, of: record) }
  }

  /// Looks up who stands behind a write.
  mutating func note(_ author: Authorship, of record: InquirySight.SeenRecord) throws {
    guard accounts[author.dot] == nil else { return }
    guard let entry = try entry(author.dot) else {
      accounts[author.dot] = ChangeAccount(author, device: deviceName(author.dot.replica))
      return
    }
    try note(entry, of: record)
  }

  mutating func note(_ entry: ChangeEntry, of record: InquirySight.SeenRecord) throws {
    guard accounts[entry.dot] == nil else { return }
    accounts[entry.dot] = ChangeAccount(
      entry, device: deviceName(entry.dot.replica), seen: tellsSight ? try sighting(of: entry, record) : nil)
  }

  /// Whether a person wrote what a slot shows: the change set behind it says so itself.
  mutating func isTyped(_ slot: CollectionSchema.Slot, _ record: InquirySight.SeenRecord, _ position: Int) throws
    -> Bool
  {
    guard case .register(let register) = record.state.slots[position], let preference = slot.preference,
      let winner = register.resolve(by: preference)?.winner, winner.author.dot.replica != .hub,
      let entry = try entry(winner.author.dot)
    else { return false }
    return entry.changeSet.changes.contains { change in
      change.collection == record.key.collection && change.record == record.key.record
        && change.edits.contains { slot.fields.contains($0.field) }
    }
  }

  private func deviceName(_ replica: ReplicaNumber) -> String {
    replicas[replica]?.device.flatMap { names[$0] } ?? ""
  }

  /// The newest change of the record that the author of a change set had seen, as the context says.
  private mutating func sighting(
    of entry: ChangeEntry, _ record: InquirySight.SeenRecord
  ) throws -> ChangeAccount.Sighting? {
    let change = entry.changeSet.changes.first {
      $0.collection == record.key.collection && $0.record == record.key.record
    }
    var newest: ChangeAccount.Sighting?
    for item in change?.context.entries ?? [] {
      // What a device claims to have seen of the future counts as what there was (row C2).
      guard let seen = try self.entry(Dot(item.replica, item.counter)), seen.revision < entry.revision else { continue }
      guard newest.map({ $0.revision < seen.revision }) ?? true else { continue }
      newest = ChangeAccount.Sighting(dot: seen.dot, revision: seen.revision, at: seen.at)
    }
    return newest
  }

  // MARK: The answer

  func answer(_ content: Answer.Content, naming conflicts: [Conflict], next: [UInt8]) -> Answer {
    answer(content, naming: conflicts.flatMap(\.dots), next: next)
  }

  /// Puts what is known of the named change sets beside the content, and of nothing else.
  func answer(_ content: Answer.Content, naming dots: [Dot], next: [UInt8]) -> Answer {
    Answer(content, accounts: Set(dots).sorted().compactMap { accounts[$0] }, next: next)
  }
}

extension Conflict {
  /// The change sets that wrote it.
  var dots: [Dot] { [winner.author.dot] + losers.map(\.write.author.dot) }
}

extension ChangeAccount {
  /// What a stored change set says of itself.
  fileprivate init(_ entry: ChangeEntry, device: String, seen: Sighting?) {
    self.init(
      dot: entry.dot, revision: entry.revision, at: entry.at, madeAt: entry.changeSet.stamp, stamp: entry.stamp,
      offset: entry.offset, member: entry.member, device: device, rank: entry.rank, seen: seen)
  }

  /// What a write says of a change set that was collected.
  fileprivate init(_ author: Authorship, device: String) {
    self.init(
      dot: author.dot, revision: .zero, at: Instant(milliseconds: author.stamp.milliseconds), madeAt: author.stamp,
      stamp: author.stamp, offset: .zero, member: nil, device: device, rank: author.rank, seen: nil)
  }
}

internal import HearthModel
internal import HearthReplica

/// What people do with an app that only its pack is known of: they make, change, delete and restore what their device
/// shows, as the profile has it.
struct PackWorkload {
  let pack: Pack
  let profile: Profile
  let device: SimulatedDevice
  let now: Instant
  let rights: RoleRights
  /// Whether nothing is written that takes another record's place, nor the time zone.
  let avoidsTakeOver: Bool

  /// A draft of one person's next edit; nil when nothing comes to mind.
  func draft(_ dice: inout Dice) throws -> Draft? {
    var draft = Draft()
    let count = dice.oneIn(6) ? 2 + dice.below(2) : 1
    for _ in 0..<count { try change(&draft, &dice) }
    return draft.isEmpty ? nil : draft
  }

  private func records(of collection: CollectionSchema, life: Bool = true) throws -> [RecordID] {
    guard let replica = device.core?.replica else { return [] }
    return try replica.view(of: collection, device.disk).filter { ($0.1.life == .live) == life }.map(\.0)
  }

  private var maker: ValueMaker {
    ValueMaker(pack: pack, household: device.household, device: device.index, now: now) { number in
      guard let collection = pack.collection(number) else { return [] }
      return (try? records(of: collection)) ?? []
    }
  }

  private func change(_ draft: inout Draft, _ dice: inout Dice) throws {
    // Mostly what the member may do; now and then what he may not.
    let isBold = dice.oneIn(15)
    guard let collection = dice.weighted(pack.collections.map { ($0, weight($0)) }) else { return }
    let verbs = verbs(collection).map { verb, weight in
      (verb, isBold || rights.mayTry(Access.Verb(verb), collection.number) ? weight : 0)
    }
    switch dice.weighted(verbs) {
    case .create: try create(in: collection, &draft, &dice)
    case .delete:
      if let record = dice.pickAny(try records(of: collection)) { draft.delete(collection.name, record) }
    case .restore:
      if let record = dice.pickAny(try records(of: collection, life: false)) { draft.restore(collection.name, record) }
    case .update: try update(collection, &draft, &dice)
    case nil: break
    }
  }

  private func weight(_ collection: CollectionSchema) -> Int {
    if collection.isShared { return 0 }
    if avoidsTakeOver, collection.behavior.uniques.contains(where: { $0.policy == .takeOver }) { return 0 }
    if collection.number == pack.householdCollection { return 2 }
    if collection.number == pack.memberCollection { return 4 }
    return rights.mayTry(.create, collection.number) || rights.mayTry(.update, collection.number) ? 10 : 1
  }

  private func verbs(_ collection: CollectionSchema) -> [(RecordOperation.Kind, Int)] {
    if collection.isAppendOnly { return [(.create, 1)] }
    // A household that goes ends the run for everybody in it, and so does a member: seldom.
    let isKept = collection.number == pack.householdCollection
    let isMember = collection.number == pack.memberCollection
    let lives = profile == .lives ? 4 : 1
    return [
      (.create, isKept ? 0 : profile == .bulk ? 8 : 3), (.update, profile == .hot ? 30 : 12),
      (.delete, isKept ? 0 : isMember ? 0 : lives), (.restore, isKept ? 0 : lives),
    ]
  }

  // MARK: Creations

  private func create(in collection: CollectionSchema, _ draft: inout Draft, _ dice: inout Dice) throws {
    for _ in 0..<profile.records(&dice) {
      var values: [(String, Value)] = []
      var isComplete = true
      for field in collection.fields where isWritable(field, collection) {
        let isNeeded = field.isRequired || collection.key.contains(field.number) && field.defaultValue == nil
        guard isNeeded || dice.oneIn(3), isNeeded || isGranted(field, .create, collection, &dice) else { continue }
        // Who makes a record, and for whom, is mostly what the hub fills in.
        if field.defaultValue == .member || field.defaultValue == .household, !dice.oneIn(8) { continue }
        if case .counter = collection.slots[field.slot].rule { continue }
        // A new record begins where its moves begin.
        if collection.movedFields.contains(field.number), !dice.oneIn(20) { continue }
        if let value = maker.value(of: field, &dice) {
          values.append((field.name, value))
        } else if isNeeded {
          isComplete = false
        }
      }
      guard isComplete else { continue }
      let id = collection.key.isEmpty ? RecordID(high: dice.next(), low: dice.next()) : nil
      draft.create(collection.name, id, values)
    }
  }

  private func isGranted(
    _ field: Field, _ verb: Access.Verb, _ collection: CollectionSchema, _ dice: inout Dice
  ) -> Bool {
    rights.mayTry(verb, collection.number, field.number) || dice.oneIn(30)
  }

  private func isWritable(_ field: Field, _ collection: CollectionSchema) -> Bool {
    guard !field.isHubWritten, !field.marks.contains(.system) else { return false }
    if avoidsTakeOver, collection.number == pack.householdCollection, field.number == pack.zoneField { return false }
    if case .hub = collection.slots[field.slot].rule { return false }
    return true
  }

  // MARK: Updates

  private func update(_ collection: CollectionSchema, _ draft: inout Draft, _ dice: inout Dice) throws {
    var known = try records(of: collection)
    if let hot = profile.hotRecords { known = Array(known.prefix(hot)) }
    guard let record = dice.pickAny(known) else { return }
    let fields = collection.fields.filter { isWritable($0, collection) && !isImmutable($0, collection) }
    for _ in 0...dice.below(3) {
      guard let field = dice.pickAny(fields) else { return }
      guard isGranted(field, .update, collection, &dice) || collection.movedFields.contains(field.number) else {
        continue
      }
      edit(field, collection, record, &draft, &dice)
    }
    if dice.oneIn(15), draft.changes.contains(where: { $0.record == record }) {
      draft.expectUnchanged(collection.name, record)
    }
  }

  private func isImmutable(_ field: Field, _ collection: CollectionSchema) -> Bool {
    if case .register(let rule) = collection.slots[field.slot].rule { return rule.mode == .immutable }
    return false
  }

  private func edit(
    _ field: Field, _ collection: CollectionSchema, _ record: RecordID, _ draft: inout Draft, _ dice: inout Dice
  ) {
    let name = collection.name
    // What goes with a moved field is written with it.
    let isMoved = collection.movedFields.contains(field.number)
    guard !isMoved || collection.behavior.moves.contains(where: { $0.field == field.number }) || dice.oneIn(30) else {
      return
    }
    switch (collection.slots[field.slot].rule, field.type) {
    case (.counter, _): draft.increment(name, record, field.name, by: dice.within(-9...9))
    case (.set, _):
      let there = shown(field, collection, record)?.elements ?? []
      if dice.oneIn(3), let element = dice.pickAny(there) ?? maker.element(of: field, &dice) {
        draft.remove(name, record, field.name, element)
      } else if let element = dice.oneIn(3) ? dice.pickAny(there) : maker.element(of: field, &dice) {
        draft.insert(name, record, field.name, element)
      }
    case (.json, .json(let shape)):
      guard let (path, value) = maker.leaf(shape, &dice) else { return }
      if dice.oneIn(4) {
        // A part of the object, or all that stands around it.
        draft.drop(name, record, field.name, path.count > 1 && dice.oneIn(2) ? path.dropLast() : path)
      } else {
        draft.put(name, record, field.name, path, value)
      }
    default:
      let value = step(of: field, collection, record, &dice) ?? maker.value(of: field, &dice)
      if let value { draft.set(name, record, field.name, value) }
    }
  }

  /// What the device shows of a field.
  private func shown(_ field: Field, _ collection: CollectionSchema, _ record: RecordID) -> Value? {
    let known = try? device.core?.replica.view(ReplicaKey(collection.number, record), device.disk)
    return (known ?? nil)?[field]
  }

  /// Where a field with moves may go from where it stands; nil for other fields, and sometimes for these.
  private func step(
    of field: Field, _ collection: CollectionSchema, _ record: RecordID, _ dice: inout Dice
  ) -> Value? {
    guard collection.movedFields.contains(field.number), !dice.oneIn(10) else { return nil }
    guard let current = shown(field, collection, record) else { return nil }
    let moves = collection.behavior.moves.filter { move in
      move.field == field.number && move.from.fits(current, member: device.member)
    }
    switch dice.pickAny(moves)?.to {
    case .null: return .null
    case .member: return .id(device.member)
    case .values(let values): return dice.pickAny(values)
    case .any, .set, nil: return nil
    }
  }
}

internal import HearthModel

// What stands behind a record, slot by slot.

extension InquiryDesk {
  func explain(_ seen: InquirySight.SeenRecord, _ field: FieldNumber?, _ page: [UInt8]) throws -> Answer {
    var accounts = try AccountBook(self, tellsSight: true)
    let lifeConflict = seen.state.lifeConflict(in: seen.schema)
    var dots = [Dot]()
    if let lifeConflict {
      try accounts.note(lifeConflict, of: seen)
      dots += lifeConflict.dots
    }
    let life = seen.state.recordLife(in: seen.schema)
    if case .deleted(let author) = life {
      try accounts.note(author, of: seen)
      dots.append(author.dot)
    }
    let (fields, next) = try fieldAccounts(seen, field, PageMark.slot(page) ?? 0, &accounts)
    dots += fields.flatMap { $0.standing.flatMap(\.dots) }
    let account = RecordAccount(
      collection: seen.key.collection, record: seen.key.record, label: seen.label, life: life,
      lifeConflict: lifeConflict, hiddenBy: try hidingRecord(of: seen),
      hiddenCount: try hiddenRecords(below: seen.key), fields: fields)
    return accounts.answer(.record(account), naming: dots, next: next)
  }

  private func fieldAccounts(
    _ seen: InquirySight.SeenRecord, _ field: FieldNumber?, _ first: Int, _ accounts: inout AccountBook
  ) throws -> (fields: [FieldAccount], next: [UInt8]) {
    var fields = [FieldAccount]()
    var bytes = 0
    for (position, slot) in seen.schema.slots.enumerated().dropFirst(first) {
      if let field, !slot.fields.contains(field) { continue }
      let isTyped = try accounts.isTyped(slot, seen, position)
      let rules = isTyped ? [] : WritingRules(of: slot, in: seen.schema, sight.pack).names
      guard let account = FieldAccount(slot, position, of: seen, rules) else { continue }
      let size = account.storedBytes
      if bytes + size > bounds.pageBytes, !fields.isEmpty { return (fields, PageMark.bytes(slot: position)) }
      bytes += size
      for conflict in account.standing { try accounts.note(conflict, of: seen) }
      fields.append(account)
    }
    return (fields, [])
  }

  /// The deleted record by which a hidden one is hidden, as far as the member may see it.
  private func hidingRecord(of seen: InquirySight.SeenRecord) throws -> RecordAccount.HidingRecord? {
    guard seen.state.derived.isHidden else { return nil }
    var known: Set<RecordKey> = [seen.key]
    var queue = [(key: seen.key, state: seen.state)]
    while let (key, state) = queue.popLast(), known.count < bounds.dependantsMax {
      for target in cascadeTargets(of: key, state) where known.insert(target).inserted {
        guard let targetState = try reader.record(target), let schema = sight.pack.collection(target.collection) else {
          continue
        }
        if case .deleted = targetState.recordLife(in: schema) {
          guard try sight.record(target, targetState) != nil else { return nil }
          return RecordAccount.HidingRecord(collection: target.collection, record: target.record)
        }
        queue.append((target, targetState))
      }
    }
    return nil
  }

  private func cascadeTargets(of key: RecordKey, _ state: RecordState) -> [RecordKey] {
    guard let schema = sight.pack.collection(key.collection) else { return [] }
    return schema.fields.flatMap { field -> [RecordKey] in
      guard field.onDelete == .cascade, let target = field.type.target, target != sight.pack.householdCollection else {
        return []
      }
      let value = state.storedValue(of: field, in: schema)
      return (value.elements ?? [value]).compactMap(\.id).map { RecordKey(household, target, $0) }
    }
  }
}

extension FieldAccount {
  /// What stands behind a slot; nil when the member may see nothing of it.
  fileprivate init?(
    _ slot: CollectionSchema.Slot, _ position: Int, of seen: InquirySight.SeenRecord, _ rules: [String]
  ) {
    let visible = slot.fields.compactMap { seen.schema.field($0) }.filter { seen.fields.contains($0.number) }
    guard !visible.isEmpty else { return nil }
    let shown = visible.map { RecordPatch.FieldValue($0.number, seen.state.value(of: $0, in: seen.schema)) }
    guard seen.sees(slot) else {
      self.init(shown: shown, rule: slot.rule.name)
      return
    }
    let state = seen.state.slots[position]
    var shares = [Counter.Share]()
    if case .counter(let counter) = state { shares = counter.shares }
    self.init(
      shown: shown, rule: slot.rule.name, standing: seen.state.standing(ofSlot: position, in: seen.schema),
      shares: shares, writtenBy: rules)
  }

  /// About how much the account takes in a page.
  fileprivate var storedBytes: Int {
    shown.reduce(32) { $0 + $1.value.encoded.count } + standing.reduce(0) { $0 + $1.encoded.count }
      + shares.count * 12 + writtenBy.reduce(0) { $0 + $1.utf8.count }
  }
}

extension RecordState {
  /// The writes that a slot shows, each with those that lost to it; the disputes of ``conflicts(ofSlot:in:)`` among
  /// them.
  fileprivate func standing(ofSlot position: Int, in collection: CollectionSchema) -> [Conflict] {
    let slot = collection.slots[position]
    switch slots[position] {
    case .empty, .counter, .hub: return []
    case .extreme(let extreme):
      guard let write = extreme.write else { return [] }
      return [Conflict(subject: .fields(slot.fields), rule: slot.rule.name, winner: write, losers: [])]
    case .register(let register):
      guard let preference = slot.preference, let resolution = register.resolve(by: preference) else { return [] }
      return [
        Conflict(
          subject: .fields(slot.fields), rule: slot.rule.name, winner: resolution.winner, losers: resolution.losers)
      ]
    case .set(let set):
      return disputed(
        position, slot, set.entries.map { (.element(slot.fields[0], $0.element), $0.register) }, collection)
    case .document(let document):
      return disputed(
        position, slot, document.explained(by: slot.rule).map { (.path(slot.fields[0], $0.path), $0.register) },
        collection)
    }
  }

  /// The conflicts of a set or a json field, and the undisputed writes beside them.
  private func disputed(
    _ position: Int, _ slot: CollectionSchema.Slot, _ parts: [(Conflict.Subject, Register)],
    _ collection: CollectionSchema
  ) -> [Conflict] {
    let open = conflicts(ofSlot: position, in: collection)
    let contested = Set(open.map(\.subject))
    guard let preference = slot.preference else { return open }
    let settled = parts.compactMap { subject, register -> Conflict? in
      guard !contested.contains(subject), let winner = register.resolve(by: preference)?.winner, winner.value != nil
      else { return nil }
      return Conflict(subject: subject, rule: slot.rule.name, winner: winner, losers: [])
    }
    return open + settled
  }
}

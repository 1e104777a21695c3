extension RecordState {
  /// The value that a field shows.
  ///
  /// References to records that are not there show null or drop the element, and come back with their target.
  public func value(of field: Field, in collection: CollectionSchema) -> Value {
    let stored = storedValue(of: field, in: collection)
    guard field.onDelete == .setNull, !derived.missingTargets.isEmpty else { return stored }
    switch stored {
    case .id(let id): return derived.missingTargets.contains(id) ? .null : stored
    case .list(let ids):
      return .list(ids.filter { id in id.id.map { !derived.missingTargets.contains($0) } ?? true })
    default: return stored
    }
  }

  /// The value that the field's writes resolve to, whether or not the records it points to are there.
  public func storedValue(of field: Field, in collection: CollectionSchema) -> Value {
    let slot = collection.slots[field.slot]
    switch slots[field.slot] {
    case .empty: return field.unwrittenValue
    case .register(let register):
      guard let value = register.winner(by: slot.preference!)?.value else { return field.unwrittenValue }
      guard slot.isGroup else { return value }
      return value.elements?[field.place] ?? .null
    case .counter(let counter): return field.counterValue(counter.total)
    case .extreme(let extreme): return extreme.write?.value ?? field.unwrittenValue
    case .set(let set): return .list(set.elements(isRanked: slot.preference!.isRanked))
    case .document(let document): return .object(document.view(by: slot.rule).object)
    case .hub(let value): return value
    }
  }

  /// The open conflicts of a slot.
  public func conflicts(ofSlot position: Int, in collection: CollectionSchema) -> [Conflict] {
    let slot = collection.slots[position]
    guard let preference = slot.preference else { return [] }
    switch slots[position] {
    case .register(let register):
      guard register.isContended, let resolution = register.resolve(by: preference), resolution.disagrees
      else { return [] }
      return [Conflict(.fields(slot.fields), rule: slot.rule.name, resolution)]
    case .set(let set):
      return set.entries.compactMap { entry in
        guard entry.register.isContended, let resolution = entry.register.resolve(by: preference),
          resolution.disagrees
        else { return nil }
        return Conflict(.element(slot.fields[0], entry.element), rule: slot.rule.name, resolution)
      }
    case .document(let document):
      return document.view(by: slot.rule).conflicts.compactMap { conflict in
        guard conflict.resolution.disagrees else { return nil }
        let rule = slot.rule.name(at: conflict.path)
        return Conflict(.path(slot.fields[0], conflict.path), rule: rule, conflict.resolution)
      }
    case .empty, .counter, .extreme, .hub: return []
    }
  }

  /// The open conflict about the record's life; nil when there is none.
  public func lifeConflict(in collection: CollectionSchema) -> Conflict? {
    guard let resolution = life(collection.deletes).resolution, !resolution.losers.isEmpty else { return nil }
    return Conflict(.record, rule: collection.deletes.rawValue, resolution)
  }

  /// All open conflicts of the record.
  public func conflicts(in collection: CollectionSchema) -> [Conflict] {
    (lifeConflict(in: collection).map { [$0] } ?? [])
      + slots.indices.flatMap { conflicts(ofSlot: $0, in: collection) }
  }

  /// Whether the record is there for its household.
  package func isLive(in collection: CollectionSchema) -> Bool {
    tombstones.isEmpty ? !derived.isHidden : recordLife(in: collection) == .live
  }

  /// Whether the record is there for its household, and if not, why.
  public func recordLife(in collection: CollectionSchema) -> RecordLife {
    let life = life(collection.deletes)
    if life.isDeleted, let author = life.resolution?.winner.author { return .deleted(author) }
    return derived.isHidden ? .hidden : .live
  }
}

extension Resolution {
  /// Whether a loser wanted something else than the winner: two devices that write the same lose nothing.
  fileprivate var disagrees: Bool { losers.contains { $0.write.value != winner.value } }
}

extension Field {
  /// What the field shows when nobody has written it: its literal default, the empty set or object, else null.
  public var unwrittenValue: Value {
    if case .literal(let value)? = defaultValue { return value }
    return switch type {
    case .set: .list([])
    case .json: isNullable ? .null : .object(ValueObject())
    case .text, .int, .decimal, .float, .bool, .date, .time, .uuid, .choice, .reference: .null
    }
  }

  fileprivate func counterValue(_ total: Int64) -> Value {
    switch (type, unwrittenValue) {
    case (.decimal(_, let scale), .decimal(let base)):
      .decimal(FixedDecimal(units: base.units.addingClamped(total), scale: scale))
    case (.decimal(_, let scale), _): .decimal(FixedDecimal(units: total, scale: scale))
    case (_, .int(let base)): .int(base.addingClamped(total))
    case (_, _): .int(total)
    }
  }
}

extension Int64 {
  /// The sum, or the end of 64 bits that it would pass (N1).
  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}

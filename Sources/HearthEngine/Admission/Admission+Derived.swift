internal import HearthModel

// Derived numbers are kept up by what each record adds before and after, so that their cost does not grow with what
// they count (docs/reference/pack-language.md, section 14).

extension Admission {
  /// Brings the derived fields up to what the records say now.
  func account() throws {
    for touch in stage.touches where touch.before == nil { try beginAccounts(touch) }
    for touch in stage.touches {
      let key = touch.key
      let plan = plan[key.collection]
      guard !plan.accounts.isEmpty else { continue }
      let former = touch.accounted
      touch.accounted = touch.after
      guard touch.mayChange(plan.accountReach, since: former) else { continue }
      for account in plan.accounts { try change(account, by: key, from: former, to: touch.after) }
    }
    for touch in stage.touches where !plan[touch.key.collection].computed.isEmpty { try recompute(touch.key) }
  }

  /// A new record begins with nothing counted.
  private func beginAccounts(_ touch: Stage.Touch) throws {
    let key = touch.key
    for field in plan[key.collection].counted where touch.after.slots[field.slot] == .empty {
      try stage.putDerived(touch.after.derivedValue(of: field, in: touch.collection), slot: field.slot, of: key)
    }
  }

  // MARK: Over other records

  private func change(
    _ account: CollectionPlan.Account, by key: RecordKey, from before: RecordState?, to after: RecordState
  ) throws {
    let old = try before.flatMap { try entry(of: $0, key, account.aggregate) }
    let new = try entry(of: after, key, account.aggregate)
    guard old != new else { return }
    for target in Set([old?.target, new?.target].compactMap { $0 }).sorted() {
      let key = RecordKey(household.id, account.target, target)
      guard let state = try stage.state(of: key), let collection = pack.collection(account.target) else { continue }
      let field = collection.fields[account.field.index]
      let current = state.derivedValue(of: field, in: collection)
      let leaving = old?.target == target ? old?.amount : nil
      let coming = new?.target == target ? new?.amount : nil
      let value = try result(account.aggregate, current, leaving, coming, target, field)
      if value != current { try put(value, field, of: key) }
    }
  }

  private func put(_ value: Value, _ field: Field, of key: RecordKey) throws {
    if let fault = value.isNull ? nil : field.type.fault(of: value) {
      throw Rejection(
        .limitExceeded, collection: key.collection, record: key.record, field: field.number,
        message: "`\(field.name)` would leave its limits: expected \(fault.expected), would be \(fault.found).")
    }
    try stage.putDerived(value, slot: field.slot, of: key)
  }

  /// What a record adds to its target; nil when it is not there, points to nothing, or takes no part.
  private func entry(
    of state: RecordState, _ key: RecordKey, _ aggregate: Aggregate
  ) throws -> AggregateEntry? {
    guard let collection = pack.collection(key.collection), stage.isVisible(state, key),
      let target = state.value(of: collection.fields[aggregate.reference.index], in: collection).id
    else { return nil }
    if let condition = aggregate.condition {
      guard try sceneAlone(key, collection, state).holds(condition) == true else { return nil }
    }
    let value = aggregate.value.map { state.value(of: collection.fields[$0.index], in: collection) } ?? .int(1)
    return value.isNull ? nil : AggregateEntry(target: target, amount: value)
  }

  private func result(
    _ aggregate: Aggregate, _ current: Value, _ leaving: Value?, _ coming: Value?, _ target: RecordID, _ field: Field
  ) throws -> Value {
    switch aggregate.kind {
    case .sum, .count: return try sum(sum(current, leaving, isAdded: false, field), coming, isAdded: true, field)
    case .any: return leaving == nil && coming != nil ? .bool(true) : try anew(aggregate, target)
    case .min, .max:
      guard leaving == nil, let coming else { return try anew(aggregate, target) }
      if current.isNull { return coming }
      return aggregate.kind == .min ? Swift.min(current, coming) : Swift.max(current, coming)
    }
  }

  private func sum(_ current: Value, _ amount: Value?, isAdded: Bool, _ field: Field) throws -> Value {
    guard let amount else { return current }
    let add = { (left: Int64, right: Int64) throws -> Int64 in
      let (sum, overflow) = isAdded ? left.addingReportingOverflow(right) : left.subtractingReportingOverflow(right)
      guard !overflow else {
        throw Rejection(.limitExceeded, field: field.number, message: "`\(field.name)` would leave 64 bits.")
      }
      return sum
    }
    switch (current, amount) {
    case (.int(let left), .int(let right)): return .int(try add(left, right))
    case (.decimal(let left), .decimal(let right)):
      return .decimal(FixedDecimal(units: try add(left.units, right.units), scale: left.scale))
    default: return amount
    }
  }

  /// Looks at all records that point to the target.
  private func anew(_ aggregate: Aggregate, _ target: RecordID) throws -> Value {
    var values = [Value]()
    for reference in try stage.referrers(to: target).sorted()
    where reference.collection == aggregate.source && reference.field == aggregate.reference {
      let key = RecordKey(household.id, reference.collection, reference.record)
      guard let state = try stage.state(of: key), let entry = try entry(of: state, key, aggregate) else { continue }
      values.append(entry.amount)
    }
    switch aggregate.kind {
    case .any: return .bool(!values.isEmpty)
    case .min: return values.min() ?? .null
    case .max, .sum, .count: return values.max() ?? .null
    }
  }

  // MARK: From the record itself

  /// Computes the fields of a record that are expressions over it.
  func recompute(_ key: RecordKey) throws {
    guard let collection = pack.collection(key.collection) else { return }
    for (number, expression) in plan[key.collection].computed {
      guard let state = try stage.state(of: key), stage.isVisible(state, key) else { return }
      let field = collection.fields[number.index]
      let value = try scene(key, collection, state).value(of: expression) ?? .null
      guard value != state.derivedValue(of: field, in: collection) || state.slots[field.slot] == .empty
      else { continue }
      try put(value, field, of: key)
    }
  }
}

/// What a record adds to the number of its target.
private struct AggregateEntry: Equatable {
  let target: RecordID
  let amount: Value
}

extension RecordState {
  /// What a derived field holds: before anything was counted, nothing of its type.
  fileprivate func derivedValue(of field: Field, in collection: CollectionSchema) -> Value {
    if case .hub(let value) = slots[field.slot] { return value }
    switch field.type {
    case .int: return .int(0)
    case .decimal(_, let scale): return .decimal(FixedDecimal(units: 0, scale: scale))
    case .bool: return .bool(false)
    default: return .null
    }
  }
}

package import HearthModel

/// Says of each rule whether two devices that each keep it can break it together.
package struct OrderReport {
  package enum Label: String, Sendable {
    /// No two writes that are each allowed break it together.
    case offlineSafe = "offline-safe"
    /// It reads several fields that win together.
    case grouped
    /// The hub decides who comes first, and refuses the later one.
    case hubOrder = "hub order"
  }

  package struct Line {
    package let rule: String
    package let label: Label
    package let reason: String
  }

  package let lines: [Line]

  package init(_ pack: Pack) {
    lines = pack.collections.flatMap { collection -> [Line] in
      let words = RuleWords(pack, collection)
      let checks = collection.behavior.checks.map { check in
        let (label, reason) = Self.label(check, collection, pack)
        return Line(rule: "\(collection.name).\(check.name)", label: label, reason: reason)
      }
      let uniques = collection.behavior.uniques.map {
        Line(rule: "\(collection.name).\($0.name)", label: .hubOrder, reason: words.text(of: $0))
      }
      let acyclics = collection.behavior.acyclics.map {
        Line(rule: "\(collection.name).\($0.name)", label: .hubOrder, reason: words.text(of: $0))
      }
      return checks + uniques + acyclics
    }
  }

  static func label(_ check: Check, _ collection: CollectionSchema, _ pack: Pack) -> (Label, String) {
    let names = { (fields: [FieldNumber]) in RuleWords(pack, collection).names(fields) }
    if collection.isAppendOnly, !reads(check.condition, collection).reachesOut {
      return (.offlineSafe, "a row is judged once, by itself")
    }
    let read = reads(check.condition, collection)
    if read.reachesOut { return (.hubOrder, "it reads other records or what the hub counts") }
    let free = read.fields.filter { !isFixed($0, collection) }
    if let merged = free.first(where: { isMerged($0, collection) }) {
      return (.hubOrder, "writes to `\(names([merged]))` add up")
    }
    let slots = Set(free.compactMap { collection.field($0)?.slot })
    if slots.count > 1 { return (.hubOrder, "\(names(free)) merge apart: the later of two that collide is refused") }
    guard let slot = slots.first else { return (.offlineSafe, "what it reads is given once") }
    if collection.slots[slot].isGroup, free.count > 1 {
      return (.grouped, "\(names(free)) win together as `\(collection.slots[slot].name)`")
    }
    return (.offlineSafe, "one value wins whole: \(names(free))")
  }

  static func reads(_ condition: Expression, _ collection: CollectionSchema) -> (
    fields: [FieldNumber], reachesOut: Bool
  ) {
    var (fields, reachesOut) = ([FieldNumber](), false)
    for input in condition.inputs {
      switch input.root {
      case .record, .old, .seen:
        guard case .field(let field)? = input.steps.first else { continue }
        if !fields.contains(field) { fields.append(field) }
        let follows = input.steps.contains { if case .follow = $0 { true } else { false } }
        if follows || collection.behavior.derived[field] != nil { reachesOut = true }
      case .household, .member: if !input.steps.isEmpty { reachesOut = true }
      case .changed, .device, .now, .today, .written, .isNew, .rank: break
      }
    }
    return (fields.sorted(), reachesOut)
  }

  /// Given at creation and never again.
  private static func isFixed(_ number: FieldNumber, _ collection: CollectionSchema) -> Bool {
    guard let field = collection.field(number) else { return true }
    switch collection.slots[field.slot].rule {
    case .register(let rule): return rule.mode == .immutable
    case .hub: return true
    case .counter, .extreme, .set, .json: return false
    }
  }

  private static func isMerged(_ number: FieldNumber, _ collection: CollectionSchema) -> Bool {
    guard let field = collection.field(number) else { return false }
    switch collection.slots[field.slot].rule {
    case .counter, .set, .json: return true
    case .register, .extreme, .hub: return false
    }
  }
}

extension PackReview {
  /// Two registers that a rule compares and that merge apart: two devices can each be right and the merge wrong.
  mutating func reviewOrder(_ collection: CollectionSchema) {
    for check in collection.behavior.checks {
      for node in check.condition.nodes {
        guard case .compare(let sign, let left, let right) = node, sign != .equal, sign != .notEqual,
          let first = register(left, check.condition, collection),
          let second = register(right, check.condition, collection), first.slot != second.slot
        else { continue }
        find(
          .mergeApart, places.mark(collection.name, "rules", check.name),
          "`\(first.name)` and `\(second.name)` merge apart, but the rule `\(check.name)` needs both: two devices can "
            + "each be right and the later one be refused. Add one `group` to both.")
      }
    }
  }

  /// The field that a side of a comparison reads and that devices write again and again.
  private func register(_ node: Int, _ condition: Expression, _ collection: CollectionSchema) -> Field? {
    guard case .input(let position) = condition.nodes[node] else { return nil }
    let input = condition.inputs[position]
    guard input.root == .record, input.steps.count == 1, case .field(let number) = input.steps[0],
      let field = collection.field(number), collection.behavior.derived[number] == nil,
      !field.marks.contains(.system), case .register(let rule) = collection.slots[field.slot].rule,
      rule.mode != .immutable
    else { return nil }
    return field
  }
}

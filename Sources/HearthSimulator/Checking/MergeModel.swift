internal import HearthEngine
internal import HearthModel

/// How values merge, a second time and as naively as the definitions stand in protocol/merge.md: every change set that
/// was taken in is kept for ever, and what is there is worked out from all of them at once, in no order.
///
/// It shares no code with the merge of `HearthModel`: changes, ids, stamps and values are all that both know. What a
/// pack's rules write beside the change sets (effects, moves, derived fields) it leaves alone; ``Scope`` says what is
/// left to compare.
struct MergeModel {
  /// One change to one record that was taken in.
  struct Part {
    let author: Author
    let change: RecordChange
    /// Which change sets of each replica its author had seen: rows C1 and C2.
    let seen: [ReplicaNumber: UInt64]

    func hasSeen(_ dot: Dot) -> Bool { dot.counter <= seen[dot.replica, default: 0] }
  }

  struct Author: Hashable {
    let dot: Dot
    let stamp: HybridTime
    let rank: UInt8
    let member: RecordID?
  }

  /// A new value with its author; nil is a removal.
  struct Written: Hashable {
    let author: Author
    let value: Value?
  }

  let household: HouseholdID
  let pack: Pack
  let scope: Scope
  private(set) var parts: [CollectionNumber: [RecordID: [Part]]] = [:]
  /// The last change set that was decided of each replica.
  private(set) var decided: [ReplicaNumber: UInt64] = [:]
  /// The last stamp of each replica that counted.
  private(set) var stamps: [ReplicaNumber: UInt64] = [:]
  /// Under which dots a device's content was decided, and whether as what had other dots before.
  private var contents: [Content: [(dot: Dot, isRenewed: Bool)]] = [:]
  private(set) var acceptedCount = 0
  /// Deleted records that were collected: they are not at the hub, and never come back.
  private(set) var gone: Set<RecordKey> = []

  /// What makes a change set the same, whatever its dot.
  private struct Content: Hashable {
    let device: RecordID?
    let hash: [UInt8]
  }

  init(household: HouseholdID, pack: Pack, scope: Scope) {
    self.household = household
    self.pack = pack
    self.scope = scope
  }

  /// Takes notice of a decision of the hub.
  ///
  /// - Parameter device: whose install it is; nil for the hub itself.
  /// - Returns: the dot under which it had been decided before; nil for what is new.
  mutating func decide(_ entry: ChangeEntry, by device: RecordID?) -> Dot? {
    let dot = entry.dot
    let content = Content(device: device, hash: entry.contentHash)
    // Two copies of an app may make the same at the same moment: only who names former dots has been here before.
    let counters = entry.changeSet.formerly.map(\.counter)
    let former =
      device == nil
      ? nil : contents[content]?.first { $0.isRenewed || counters.contains($0.dot.counter) }?.dot
    contents[content, default: []].append((dot, !counters.isEmpty))
    if case .rejected = entry.verdict {
    } else if former == nil {
      acceptedCount += 1
      for change in entry.changeSet.changes { take(change, entry) }
    }
    decided[dot.replica] = max(decided[dot.replica, default: 0], dot.counter)
    stamps[dot.replica] = entry.stamp.rawValue
    return former
  }

  private mutating func take(_ change: RecordChange, _ entry: ChangeEntry) {
    var seen: [ReplicaNumber: UInt64] = [:]
    for (replica, counter) in change.context.entries.map({ ($0.replica, $0.counter) }) {
      seen[replica] = min(counter, decided[replica, default: 0])
    }
    seen[entry.dot.replica] = entry.dot.counter - 1
    let author = Author(dot: entry.dot, stamp: entry.stamp, rank: entry.rank.rawValue, member: entry.member)
    parts[change.collection, default: [:]][change.record, default: []].append(
      Part(author: author, change: change, seen: seen))
  }

  // MARK: Lives

  /// Takes notice that a record was collected.
  mutating func collect(_ key: RecordKey) { gone.insert(key) }

  /// Whether a record is deleted, or hidden by the delete of another; nil where that follows from more than this knows.
  func isOutOfSight(_ key: RecordKey) -> Bool? {
    guard scope.lives.contains(key.collection), let collection = pack.collection(key.collection),
      let parts = parts[key.collection]?[key.record]
    else { return nil }
    return isDeleted(parts) || isHidden(collection, parts, depth: 0)
  }

  /// Whether a record's own deletes leave it deleted, in collections where deletes win.
  func isDeleted(_ parts: [Part]) -> Bool {
    parts.contains { part in
      part.change.kind == .delete
        && !parts.contains { other in
          (other.change.kind == .delete || other.change.kind == .restore) && other.author.dot != part.author.dot
            && other.hasSeen(part.author.dot)
        }
    }
  }

  // MARK: Siblings

  /// The writes of a list of which none has seen another.
  private func siblings(_ writes: [(written: Written, part: Part)]) -> [Written] {
    // Of several writes of one change set the last counts.
    var last: [Dot: Int] = [:]
    for (position, write) in writes.enumerated() { last[write.written.author.dot] = position }
    return writes.enumerated().filter { position, write in
      last[write.written.author.dot] == position
        && !writes.contains { other in
          other.written.author.dot != write.written.author.dot && other.part.hasSeen(write.written.author.dot)
        }
    }.map(\.element.written)
  }

  /// The siblings of a register, be it a field or the fields of a group.
  func register(_ slot: CollectionSchema.Slot, _ collection: CollectionSchema, _ parts: [Part]) -> [Written] {
    siblings(
      parts.compactMap { part in
        value(of: slot, collection, part).map { (Written(author: part.author, value: $0), part) }
      })
  }

  private func value(of slot: CollectionSchema.Slot, _ collection: CollectionSchema, _ part: Part) -> Value? {
    var given: [FieldNumber: Value] = [:]
    for edit in part.change.edits where slot.fields.contains(edit.field) {
      if case .set(let value) = edit.action { given[edit.field] = value }
    }
    if part.change.kind == .create {
      for number in slot.fields where given[number] == nil {
        switch collection.fields[number.index].defaultValue {
        case .household: given[number] = .id(household.record)
        case .member: given[number] = part.author.member.map { .id($0) }
        case .literal, .now, .today, nil: break
        }
      }
    }
    guard !given.isEmpty else { return nil }
    guard slot.isGroup else { return given[slot.fields[0]] }
    return .list(slot.fields.map { given[$0] ?? start(of: collection.fields[$0.index]) })
  }

  func start(of field: Field) -> Value {
    if case .literal(let value)? = field.defaultValue { return value }
    switch field.type {
    case .set: return .list([])
    case .json: return .object(ValueObject())
    default: return .null
    }
  }

  /// The writes to each element of a set.
  func elements(_ field: FieldNumber, _ parts: [Part]) -> [Value: [Written]] {
    var writes: [Value: [(written: Written, part: Part)]] = [:]
    for part in parts {
      for edit in part.change.edits where edit.field == field {
        switch edit.action {
        case .insert(let element):
          writes[element, default: []].append((Written(author: part.author, value: .bool(true)), part))
        case .remove(let element):
          writes[element, default: []].append((Written(author: part.author, value: nil), part))
        case .set, .add, .put, .drop: break
        }
      }
    }
    return writes.mapValues { siblings($0) }
  }

  /// The sum of a counter's increments.
  func sum(_ field: FieldNumber, _ parts: [Part]) -> Int64 {
    parts.flatMap(\.change.edits).reduce(0) { sum, edit in
      if edit.field == field, case .add(let increment) = edit.action { return sum &+ increment }
      return sum
    }
  }

  /// The largest or smallest value.
  func extreme(_ field: FieldNumber, _ direction: Extreme.Direction, _ parts: [Part]) -> Value? {
    let values = parts.flatMap(\.change.edits).compactMap { edit -> Value? in
      if edit.field == field, case .set(let value) = edit.action, !value.isNull { return value }
      return nil
    }
    return direction == .largest ? values.max() : values.min()
  }

  // MARK: Choosing

  /// The sibling that is shown: rows V1 to V7 and S3.
  func winner(_ siblings: [Written], _ rule: MergeRule) -> Written? {
    var best: Written?
    for candidate in siblings {
      guard let held = best else {
        best = candidate
        continue
      }
      if comesBefore(candidate, held, rule) { best = candidate }
    }
    return best
  }

  private func comesBefore(_ one: Written, _ other: Written, _ rule: MergeRule) -> Bool {
    var isRanked = false
    var precedence: [Value] = []
    var isEarliest = false
    var prefersPresence = false
    switch rule {
    case .register(let register):
      (isRanked, precedence, isEarliest) = (register.isRanked, register.precedence, register.mode == .immutable)
    case .set(let ranked): (isRanked, prefersPresence) = (ranked, true)
    case .json(let ranked, _): isRanked = ranked
    case .counter, .extreme, .hub: break
    }
    if isRanked, one.author.rank != other.author.rank { return one.author.rank > other.author.rank }
    if !precedence.isEmpty {
      let places = [one, other].map { write in
        write.value.flatMap { precedence.firstIndex(of: $0) } ?? precedence.count
      }
      if places[0] != places[1] { return places[0] < places[1] }
    }
    if prefersPresence, (one.value == nil) != (other.value == nil) { return one.value != nil }
    if one.author.stamp != other.author.stamp {
      return isEarliest ? one.author.stamp < other.author.stamp : one.author.stamp > other.author.stamp
    }
    return isEarliest ? one.author.dot < other.author.dot : one.author.dot > other.author.dot
  }
}

// MARK: - JSON

extension MergeModel {
  /// The writes to each path of a JSON field: rows J1 to J4.
  func leaves(_ field: FieldNumber, _ parts: [Part]) -> [[String]: [Written]] {
    var writes: [(path: [String], isPut: Bool, root: [String], written: Written, part: Part, order: Int)] = []
    for part in parts {
      for edit in part.change.edits where edit.field == field {
        let order = writes.count
        switch edit.action {
        case .set(let value): add(value, [], [], part, order)
        case .put(let path, let value): add(value, path, path, part, order)
        case .drop(let path): writes.append((path, false, path, Written(author: part.author, value: nil), part, order))
        case .insert, .remove, .add: break
        }
      }
    }
    func add(_ value: Value, _ path: [String], _ root: [String], _ part: Part, _ order: Int) {
      if let object = value.object, !object.members.isEmpty {
        for member in object.members { add(member.value, path + [member.key], root, part, order) }
      } else {
        writes.append((path, true, root, Written(author: part.author, value: value), part, order))
      }
    }
    // What covers a write: a later edit of the same change set, or one that had seen it, at, below or (a put) above.
    let left = writes.filter { write in
      !writes.contains { other in
        guard other.order != write.order else { return false }
        let isSame = other.written.author.dot == write.written.author.dot
        guard isSame ? other.order > write.order : other.part.hasSeen(write.written.author.dot) else { return false }
        return write.path.starts(with: other.root) || other.isPut && other.root.starts(with: write.path)
      }
    }
    return Dictionary(grouping: left, by: \.path).mapValues { $0.map(\.written) }
  }
}

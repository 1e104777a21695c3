internal import HearthModel

// What a change does to a record when nothing forbids it.

extension Oracle {
  /// What the author had seen of the record: no more than the hub has decided, and all of the author's own.
  func seen(_ change: Change, _ author: Author) -> Seen {
    var seen = Seen(change.context)
    for (replica, counter) in seen where replica != author.dot.replica {
      seen[replica] = min(counter, progress[replica, default: 0])
    }
    seen[author.dot.replica] = author.dot.counter - 1
    return seen
  }

  mutating func merge(_ change: Change, _ author: Author) -> [Fault] {
    let key = change.key
    written.insert(key)
    if change.kind == .delete || change.kind == .restore { hasMovedLives = true }
    var faults = [Fault]()
    switch change.kind {
    case .delete: records[key]!.deletes.append(author.dot)
    case .restore:
      let seen = seen(change, author)
      records[key]!.deletes.removeAll { seen.covers($0) }
    case .create:
      if records[key] == nil { records[key] = OracleRecord() }
      fillIn(key, given: Set(change.edits.map(\.field)), author)
      faults = mergeEdits(change, author)
    case .update: faults = mergeEdits(change, author)
    }
    records[key]!.versions.add(author.dot)
    return faults
  }

  /// What the hub knows by itself of a new record.
  private mutating func fillIn(_ key: Key, given: Set<String>, _ author: Author) {
    for field in OracleField.byCollection[key.collection]! where !given.contains(field.name) {
      switch field.name {
      case "family_id": records[key]!.cells[field.cell] = .plain(.id(household))
      case "created_by", "uploaded_by", "actor_id": records[key]!.cells[field.cell] = .plain(author.memberValue)
      case "occurrence_date" where key.collection == "tasks":
        records[key]!.cells[field.cell] = .plain(.day(author.today))
      default: break
      }
    }
  }

  private mutating func mergeEdits(_ change: Change, _ author: Author) -> [Fault] {
    let fields = OracleField.byName[change.collection]!
    var groups: [String: [String: Value]] = [:]
    var faults = [Fault]()
    for (name, action) in change.edits {
      let field = fields[name]!
      if let group = field.group, case .set(let value) = action {
        groups[group, default: [:]][name] = value
      } else {
        faults += merge(action, field, change, author)
      }
    }
    for (group, values) in groups {
      let members = Self.members(of: group, in: change.collection)
      let whole = members.map { values[$0.name] ?? $0.start }
      faults += merge(.set(.list(whole)), members[0], change, author)
    }
    return faults
  }

  private mutating func merge(
    _ action: Edit.Action, _ field: OracleField, _ change: Change, _ author: Author
  ) -> [Fault] {
    let seen = seen(change, author)
    let write = { (value: Value?) in
      OracleWrite(dot: author.dot, stamp: author.stamp, rank: author.rank, value: value)
    }
    let cell = records[change.key]!.cells[field.cell]
    switch (field.merge, action) {
    case (.immutable, .set(let value)), (.hub, .set(let value)):
      set(change.key, field.cell, .plain(value))
    case (.largest, .set(let value)), (.smallest, .set(let value)):
      join(value, field, change.key)
    case (.latest, .set(let value)):
      var writes = cell.writes
      writes.take(write(value), seen: seen)
      set(change.key, field.cell, .writes(writes))
    case (.claim, .set(let value)), (.first, .set(let value)):
      return mergeFirst(write(value), field, change, seen)
    case (.set, .insert(let element)):
      var elements = cell.elements
      elements[element, default: []].take(write(.bool(true)), seen: seen)
      set(change.key, field.cell, .elements(elements))
    case (.set, .remove(let element)):
      var elements = cell.elements
      elements[element, default: []].take(write(nil), seen: seen)
      set(change.key, field.cell, .elements(elements))
    case (.leaves, .put(let path, let value)):
      putLeaves(value, at: path, field, change.key, write, seen)
    case (.leaves, .set(let value)):
      putLeaves(value, at: [], field, change.key, write, seen)
    case (.leaves, .drop(let path)):
      var leaves = cell.leaves
      for below in leaves.keys where below.starts(with: path) {
        leaves[below]!.removeAll { seen.covers($0.dot) || $0.dot.replica == write(nil).dot.replica }
      }
      leaves[path, default: []].take(write(nil), seen: seen)
      set(change.key, field.cell, .leaves(leaves))
    default: return [Fault("wrongType")]
    }
    return []
  }

  /// The histories write leaves only, so that no path lies above another.
  private mutating func putLeaves(
    _ value: Value, at path: [String], _ field: OracleField, _ key: Key, _ write: (Value?) -> OracleWrite, _ seen: Seen
  ) {
    if case .object(let object) = value {
      for member in object.members {
        putLeaves(member.value, at: path + [member.key], field, key, write, seen)
      }
      return
    }
    var leaves = records[key]!.cells[field.cell].leaves
    leaves[path, default: []].take(write(value), seen: seen)
    set(key, field.cell, .leaves(leaves))
  }

  private mutating func mergeFirst(
    _ write: OracleWrite, _ field: OracleField, _ change: Change, _ seen: Seen
  ) -> [Fault] {
    let writes = records[change.key]!.cells[field.cell].writes
    let leading = Self.members(of: field.group!, in: change.collection)[0]
    let isHeld = writes.first.map { _ in !shown(change.key, leading.name).isNull } ?? false
    guard isHeld, let holder = writes.first else {
      set(change.key, field.cell, .writes([write]))
      return []
    }
    if field.merge == .first {
      if seen.covers(holder.dot) { return [Fault("alreadySet")] }
      set(change.key, field.cell, .writes(writes + [write]))
      return []
    }
    if !seen.covers(holder.dot) {
      return write.value?.elements?.first == holder.value?.elements?.first ? [] : [Fault("alreadyClaimed")]
    }
    set(change.key, field.cell, .writes([write]))
    return []
  }

  mutating func set(_ key: Key, _ cell: String, _ content: OracleCell) {
    records[key]!.cells[cell] = content
    written.insert(key)
  }

  private mutating func join(_ value: Value, _ field: OracleField, _ key: Key) {
    guard !value.isNull else { return }
    let current = stored(key, field.name)
    let wins = current.isNull || (field.merge == .largest ? value > current : value < current)
    if wins { set(key, field.cell, .plain(value)) }
  }

  // MARK: What the hub adds

  /// The hub writes of its own accord, having seen everything.
  mutating func write(_ key: Key, _ name: String, _ value: Value, _ author: Author) {
    let field = OracleField.byName[key.collection]![name]!
    guard isVisible(key), stored(key, name) != value else { return }
    let rank = field.merge == .claim || field.merge == .first ? 255 : author.rank
    switch field.merge {
    case .hub, .immutable: set(key, field.cell, .plain(value))
    case .largest, .smallest: join(value, field, key)
    case .latest, .claim, .first:
      var whole = value
      if let group = field.group {
        let members = Self.members(of: group, in: key.collection)
        whole = .list(members.map { $0.name == name ? value : stored(key, $0.name) })
      }
      set(
        key, field.cell,
        .writes([OracleWrite(dot: author.dot, stamp: author.stamp, rank: rank, value: whole)]))
    case .set:
      let (old, new) = (Set(stored(key, name).elements ?? []), Set(value.elements ?? []))
      for element in old.subtracting(new) { place(element, false, key, field, author) }
      for element in new.subtracting(old) { place(element, true, key, field, author) }
    case .leaves: break
    }
    records[key]!.versions.add(author.dot)
  }

  mutating func insert(_ key: Key, _ name: String, _ element: Value, _ author: Author) {
    guard !element.isNull, isVisible(key), let elements = stored(key, name).elements, !elements.contains(element)
    else { return }
    place(element, true, key, OracleField.byName[key.collection]![name]!, author)
    records[key]!.versions.add(author.dot)
  }

  mutating func remove(_ key: Key, _ name: String, _ element: Value, _ author: Author) {
    guard !element.isNull, isVisible(key), let elements = stored(key, name).elements, elements.contains(element)
    else { return }
    place(element, false, key, OracleField.byName[key.collection]![name]!, author)
    records[key]!.versions.add(author.dot)
  }

  private mutating func place(
    _ element: Value, _ isPresent: Bool, _ key: Key, _ field: OracleField, _ author: Author
  ) {
    var elements = records[key]!.cells[field.cell].elements
    elements[element] = [
      OracleWrite(dot: author.dot, stamp: author.stamp, rank: author.rank, value: isPresent ? .bool(true) : nil)
    ]
    set(key, field.cell, .elements(elements))
  }

  /// Adds a row; its id is the oracle's own.
  @discardableResult
  mutating func add(_ collection: String, _ values: [String: Value], _ author: Author) -> Key {
    rowCount += 1
    let key = Key(collection, RecordID(high: 0x0bac1e, low: rowCount))
    records[key] = OracleRecord()
    fillIn(key, given: Set(values.keys), author)
    for (name, value) in values {
      let field = OracleField.byName[collection]![name]!
      if case .set = field.merge {
        for element in value.elements ?? [] { place(element, true, key, field, author) }
      } else {
        set(key, field.cell, .plain(value))
      }
    }
    records[key]!.versions.add(author.dot)
    written.insert(key)
    return key
  }
}

extension OracleCell? {
  var writes: [OracleWrite] { if case .writes(let writes)? = self { writes } else { [] } }
  var elements: [Value: [OracleWrite]] { if case .elements(let elements)? = self { elements } else { [:] } }
  var leaves: [[String]: [OracleWrite]] { if case .leaves(let leaves)? = self { leaves } else { [:] } }
}

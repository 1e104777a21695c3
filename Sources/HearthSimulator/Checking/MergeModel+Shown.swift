internal import HearthEngine
internal import HearthModel

// What a field shows, which stamp counts, and what people are told, from the definitions alone.

extension MergeModel {
  // MARK: Stamps

  /// The stamp that counts: rows T1 to T3 of protocol/merge.md.
  func stamp(of entry: ChangeEntry) -> UInt64 {
    let device = entry.changeSet.stamp.rawValue
    let moved = max(0, Int64(device >> 16) - entry.offset.milliseconds)
    let isAhead = moved > entry.at.milliseconds
    let stamp = isAhead ? UInt64(entry.at.milliseconds) << 16 : UInt64(moved) << 16 | (device & 0xffff)
    guard let last = stamps[entry.dot.replica] else { return stamp }
    return max(stamp, last == .max ? last : last + 1)
  }

  // MARK: Sets and objects

  /// The elements that a set shows: row S3.
  func shownElements(_ field: FieldNumber, _ rule: MergeRule, _ parts: [Part]) -> Set<Value> {
    Set(elements(field, parts).filter { winner($0.value, rule)?.value != nil }.keys)
  }

  /// The values at the paths of a JSON field, and the paths about which the model says nothing: those that stand above
  /// or below another (J5).
  func shownLeaves(
    _ field: Field, _ rule: MergeRule, _ parts: [Part]
  ) -> (values: [[String]: Value], unknown: Set<[String]>) {
    guard case .json(_, let shape) = rule else { return ([:], []) }
    var values: [[String]: Value] = [:]
    for (path, siblings) in leaves(field.number, parts) {
      let leaf = shape?.leaf(at: path)
      let chosen = winner(siblings, leaf?.rule == .guardian ? .json(isRanked: true) : rule)
      guard let value = chosen?.value else { continue }
      switch leaf?.rule {
      case .max, .min: values[path] = kept(field.number, path, leaf!.rule == .max, parts) ?? value
      case .first: values[path] = first(field.number, path, parts) ?? value
      case .plain, .guardian, nil: values[path] = value
      }
    }
    // An empty object hides nothing, and is not seen where something stands in it.
    let empty = Set(values.filter { $0.value == .object(ValueObject()) }.keys)
    let filling = Set(values.keys).subtracting(empty)
    let unknown = values.keys.filter { path in
      filling.contains { $0 != path && (path.starts(with: $0) || !empty.contains(path) && $0.starts(with: path)) }
    }
    for path in empty where path.isEmpty || filling.contains(where: { $0.starts(with: path) }) { values[path] = nil }
    return (values, Set(unknown))
  }

  /// The largest or smallest value ever put at a path (J6). Days as text stand in the order of the text.
  private func kept(_ field: FieldNumber, _ path: [String], _ isLargest: Bool, _ parts: [Part]) -> Value? {
    let values = parts.flatMap { Self.puts(at: path, of: field, $0.change) }.filter { !$0.isNull }
    return isLargest ? values.max() : values.min()
  }

  /// The value that the hub took in first of those that nobody could have seen (J7, F1 to F4); the order of the parts
  /// is that in which they came.
  private func first(_ field: FieldNumber, _ path: [String], _ parts: [Part]) -> Value? {
    var held: [(author: Author, value: Value)] = []
    for part in parts {
      for value in Self.puts(at: path, of: field, part.change) {
        // Who writes an object writes all its leaves, also those that are as they were.
        guard let holder = held.first, !holder.value.isNull else {
          held = [(part.author, value)]
          continue
        }
        if holder.value == value { continue }
        if part.author.rank == Self.hubRank {
          held = [(part.author, value)]
          continue
        }
        held.removeAll { part.hasSeen($0.author.dot) || $0.author.dot == part.author.dot }
        held.append((part.author, value))
      }
    }
    return held.first?.value
  }

  private static let hubRank = UInt8.max

  private static func puts(at path: [String], of field: FieldNumber, _ change: RecordChange) -> [Value] {
    change.edits.flatMap { edit -> [Value] in
      guard edit.field == field else { return [] }
      switch edit.action {
      case .put(let root, let value): return values(at: path[...], in: value, under: root[...])
      case .set(let value): return values(at: path[...], in: value, under: [])
      case .insert, .remove, .add, .drop: return []
      }
    }
  }

  private static func values(at path: ArraySlice<String>, in value: Value, under root: ArraySlice<String>) -> [Value] {
    guard path.starts(with: root) else { return [] }
    var found: Value? = value
    for key in path.dropFirst(root.count) {
      found = found?.object?.members.first { $0.key == key }?.value
    }
    return found.map { [$0] } ?? []
  }

  // MARK: What is told

  /// The slots of a change set's records where a write of its own meets another value that had not seen it, or that
  /// it had not seen: each has to be told (P6).
  func conflicts(of entry: ChangeEntry) -> [(collection: CollectionSchema, record: RecordID, fields: [FieldNumber])] {
    entry.changeSet.changes.flatMap {
      change -> [(collection: CollectionSchema, record: RecordID, fields: [FieldNumber])] in
      guard change.kind != .delete, let collection = pack.collection(change.collection),
        scope.lives.contains(change.collection), let parts = parts[change.collection]?[change.record],
        !isDeleted(parts), !isHidden(collection, parts, depth: 0)
      else { return [] }
      return (scope.slots[change.collection] ?? []).sorted().compactMap { index in
        let slot = collection.slots[index]
        guard case .register = slot.rule else { return nil }
        let siblings = register(slot, collection, parts)
        let isMine = siblings.contains { $0.author.dot == entry.dot }
        guard isMine, Set(siblings.map(\.value)).count > 1 else { return nil }
        return (collection, change.record, slot.fields)
      }
    }
  }
}

import HearthModel
import HearthReplica
import HearthScenario

/// Makes random drafts that fit a pack, over few records and few values, so that devices get in each other's way.
struct DraftMaker {
  let pack: Pack
  /// Collections that are left alone.
  var excluded: Set<String> = []
  /// Whether records may be deleted; half of the histories do better without.
  var deletes = true
  /// Whether drafts may hold what the hub can refuse: creations of what another device has created, and expectations.
  var mayBeRefused = true

  init(_ pack: Pack) {
    self.pack = pack
  }

  /// Ids that new records get; two devices may choose the same one.
  static let newIDs = (1...6).map { RecordID(name: "new-\($0)") }

  /// - Parameter view: the records of a collection as the device shows them.
  func draft(
    _ random: inout SplitMix64, view: (CollectionSchema) throws -> [(RecordID, VisibleRecord)]
  ) rethrows -> Draft {
    var draft = Draft()
    var used = Set<ReplicaKey>()
    for _ in 0..<(random.chance(1, in: 4) ? 2 : 1) {
      let collection = random.pick(pack.collections.filter { !excluded.contains($0.name) })
      try act(on: collection, &draft, &used, &random, view)
    }
    return draft
  }

  private func act(
    on collection: CollectionSchema, _ draft: inout Draft, _ used: inout Set<ReplicaKey>, _ random: inout SplitMix64,
    _ view: (CollectionSchema) throws -> [(RecordID, VisibleRecord)]
  ) rethrows {
    let records = try view(collection)
    let isHome = collection.number == pack.householdCollection || collection.number == pack.memberCollection
    let existing = random.chance(4, in: 5) && !collection.isAppendOnly ? records : []
    guard !existing.isEmpty || !isHome && mayBeRefused else { return }
    if existing.isEmpty {
      let values = try values(of: collection, &random, view)
      let id = collection.key.isEmpty ? random.pick(Self.newIDs) : nil
      if let id, !used.insert(ReplicaKey(collection.number, id)).inserted { return }
      return draft.create(collection.name, id, values)
    }
    let (id, record) = random.pick(existing)
    guard used.insert(ReplicaKey(collection.number, id)).inserted else { return }
    switch record.life {
    case .deleted, .hidden: draft.restore(collection.name, id)
    case .live:
      if deletes, !isHome, random.chance(1, in: 8) { return draft.delete(collection.name, id) }
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        try edit(random.pick(collection.fields), collection, id, &draft, &random, view)
      }
      if mayBeRefused, random.chance(1, in: 10) { draft.expectUnchanged(collection.name, id) }
    }
  }

  private func values(
    of collection: CollectionSchema, _ random: inout SplitMix64,
    _ view: (CollectionSchema) throws -> [(RecordID, VisibleRecord)]
  ) rethrows -> [(String, Value)] {
    var values = [(String, Value)]()
    for field in collection.fields where isWritable(field) && field.defaultValue != .household {
      guard field.isRequired || collection.key.contains(field.number) || random.chance(1, in: 3) else { continue }
      switch (collection.slots[field.slot].rule, field.type) {
      case (.counter, _): continue
      case (_, .json): values.append((field.name, .object(ValueObject())))
      case (_, .set): continue
      default:
        if let value = try value(of: field.type, &random, view) { values.append((field.name, value)) }
      }
    }
    return values
  }

  private func isWritable(_ field: Field) -> Bool { !field.marks.contains(.system) && !field.isHubWritten }

  private func edit(
    _ field: Field, _ collection: CollectionSchema, _ id: RecordID, _ draft: inout Draft, _ random: inout SplitMix64,
    _ view: (CollectionSchema) throws -> [(RecordID, VisibleRecord)]
  ) rethrows {
    guard isWritable(field) else { return }
    let name = collection.name
    switch (collection.slots[field.slot].rule, field.type) {
    case (.register(let rule), _) where rule.mode == .immutable: return
    // A role that goes up and down would change who outranks whom, which is another test's subject.
    case _ where collection.number == pack.memberCollection && field.number == pack.roleField: return
    case _ where collection.number == pack.householdCollection && field.number == pack.zoneField: return
    case (.counter, _): draft.increment(name, id, field.name, by: Int64.random(in: -3...9, using: &random))
    case (.set, .set(let type, _)):
      guard let element = try value(of: type, &random, view) else { return }
      if random.chance(1, in: 3) {
        draft.remove(name, id, field.name, element)
      } else {
        draft.insert(name, id, field.name, element)
      }
    case (.json, .json(let shape)):
      let path = path(in: shape, &random)
      if random.chance(1, in: 4) {
        draft.drop(name, id, field.name, path.keys)
      } else if let value = try path.type.map({ try value(of: $0, &random, view) }) ?? json(&random) {
        draft.put(name, id, field.name, path.keys, value)
      }
    default:
      let isNull = field.isNullable && random.chance(1, in: 5)
      guard let value = isNull ? .null : try value(of: field.type, &random, view) else { return }
      draft.set(name, id, field.name, value)
    }
  }

  private func json(_ random: inout SplitMix64) -> Value {
    random.chance(1, in: 3)
      ? .object(ValueObject([(key: "b", value: .int(1)), (key: random.pick(["x", "y"]), value: .int(2))]))
      : .int(Int64.random(in: 0...3, using: &random))
  }

  private func path(in shape: FieldType.Shape?, _ random: inout SplitMix64) -> (keys: [String], type: FieldType?) {
    guard let shape else { return (random.pick([["a"], ["a", "b"], ["a", "c"], ["d"]]), nil) }
    var keys = [String]()
    var node = FieldType.Shape.Node.object(shape)
    while case .object(let shape) = node {
      let key = random.pick(shape.keys.keys.sorted() + (shape.others == nil ? [] : ["k1", "k2"]))
      keys.append(key)
      node = shape[key]!
    }
    guard case .leaf(let type, _) = node else { return (keys, nil) }
    return (keys, type)
  }

  // MARK: Values

  /// A value of a type, out of few; nil when there is none, as for a reference to an empty collection.
  func value(
    of type: FieldType, _ random: inout SplitMix64, _ view: (CollectionSchema) throws -> [(RecordID, VisibleRecord)]
  ) rethrows -> Value? {
    switch type {
    case .text(let form, let length): return text(form, length, &random)
    case .int(let range):
      let low = max(range.lowerBound, -2)
      return .int(Int64.random(in: low...min(low + 3, range.upperBound), using: &random))
    case .decimal(_, let scale):
      return .decimal(FixedDecimal(units: Int64.random(in: 0...9, using: &random), scale: scale))
    case .float: return .float(Double(Int.random(in: 0...3, using: &random)) / 2)
    case .bool: return .bool(random.chance(1, in: 2))
    case .date: return .day(Day(rawValue: 20_000 + Int32.random(in: 0...3, using: &random)))
    case .time: return .instant(Instant(milliseconds: 1_762_848_000_000 + Int64.random(in: 0...3, using: &random)))
    case .uuid: return .id(random.pick(Self.newIDs))
    case .choice(let names): return .text(random.pick(names))
    case .reference(let target):
      let ids = try pack.collection(target).map { try view($0).filter { $0.1.life == .live }.map(\.0) } ?? []
      return ids.isEmpty ? nil : .id(random.pick(ids))
    case .set, .json: return nil
    }
  }

  private func text(_ form: FieldType.TextForm, _ length: ClosedRange<Int>, _ random: inout SplitMix64) -> Value {
    let letter = random.pick(["a", "b", "c"])
    switch form {
    case .plain: return .text(String(repeating: letter, count: max(1, length.lowerBound)))
    case .email: return .text("\(letter)@example.org")
    case .url: return .text("https://example.org/\(letter)")
    case .color: return .text("#\(letter)\(letter)0000")
    case .zone: return .text("Europe/Amsterdam")
    case .locale: return .text("nl-NL")
    case .rrule: return .text(random.pick(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO"]))
    case .slug: return .text(letter)
    case .base32: return .text(letter.uppercased())
    case .ip: return .text("192.0.2.\(letter.utf8.first ?? 0)")
    case .pattern: return .text("image/\(letter)")
    }
  }
}

extension SplitMix64 {
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }

  mutating func chance(_ part: Int, in whole: Int) -> Bool {
    Int.random(in: 0..<whole, using: &self) < part
  }
}

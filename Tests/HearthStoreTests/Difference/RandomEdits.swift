import HearthEngine
import HearthModel
import HearthTesting

/// Makes change sets that look like what many devices send: mostly sound, some stale, some refused.
struct RandomEdits {
  var random: SeededGenerator
  let pack: Pack
  let household: HouseholdID
  /// Records that may exist, by collection.
  private(set) var known: [CollectionNumber: [RecordID]] = [:]
  private var namesGiven = 0

  init(seed: UInt64, pack: Pack, household: HouseholdID) {
    random = SeededGenerator(seed: seed)
    self.pack = pack
    self.household = household
  }

  /// Tells of a record that is there from the start.
  mutating func note(_ collection: CollectionNumber, _ record: RecordID) {
    known[collection, default: []].append(record)
  }

  /// The changes of one change set; none now and then.
  ///
  /// - Parameter versions: what the store has of a record; nil when it has nothing.
  mutating func changes(versions: (RecordKey) throws -> VersionVector?) rethrows -> [RecordChange] {
    var changes = [RecordChange]()
    for _ in 0..<(chance(10) ? 0 : 1 + number(3)) { changes.append(try change(versions)) }
    return changes
  }

  private mutating func change(_ versions: (RecordKey) throws -> VersionVector?) rethrows -> RecordChange {
    let collection = pick(pack.collections)!
    let isHome = collection.number == pack.householdCollection
    let isRigid = collection.isAppendOnly && !chance(10)
    guard isHome || !(isRigid || chance(4)), let record = known[collection.number].flatMap({ pick($0) }) else {
      return creation(collection)
    }
    let seen = try versions(RecordKey(household, collection.number, record)) ?? VersionVector()
    // Some have seen nothing, most have seen all there is.
    let context = chance(3) ? VersionVector() : seen
    let isPerson = collection.number == pack.memberCollection
    let kind: RecordChange.Kind =
      isHome || isPerson && !chance(8) ? .update : pick([.update, .update, .delete, .restore])!
    return RecordChange(
      collection: collection.number, record: record, kind: kind, context: context,
      expectation: chance(10) ? .recordUnchanged : .none, edits: kind == .update ? updates(collection) : [])
  }

  /// Edits of one or two slots, groups whole; now and then one that is not the device's to make.
  private mutating func updates(_ collection: CollectionSchema) -> [Edit] {
    let slots = collection.slots.filter { slot in
      slot.fields.allSatisfy { isWritable(collection.fields[$0.index], slot.rule) } || chance(40)
    }
    var edits = [Edit]()
    for slot in Set([pick(slots), pick(slots)].compactMap { $0?.name }).sorted() {
      for field in collection.slots.first(where: { $0.name == slot })!.fields {
        edits.append(edit(collection.fields[field.index], collection))
      }
    }
    return edits
  }

  private func isWritable(_ field: Field, _ rule: MergeRule) -> Bool {
    if case .register(let rule) = rule, rule.mode == .immutable { return false }
    return !field.isHubWritten && !field.marks.contains(.system)
  }

  private mutating func creation(_ collection: CollectionSchema) -> RecordChange {
    var edits = [Edit]()
    for field in collection.fields where field.isRequired || (chance(3) && !field.isHubWritten) {
      guard !field.marks.contains(.system) else { continue }
      edits.append(edit(field, collection))
    }
    let given = edits
    let record =
      collection.keyedID(household: household) { field in
        given.lazy.compactMap { edit in
          if case .set(let value) = edit.action, edit.field == field.number { value } else { nil }
        }.first
      } ?? newID()
    known[collection.number, default: []].append(record)
    return RecordChange(collection: collection.number, record: record, kind: .create, edits: edits)
  }

  private mutating func edit(_ field: Field, _ collection: CollectionSchema) -> Edit {
    switch (collection.slots[field.slot].rule, field.type) {
    case (.counter, _): Edit(field.number, .add(Int64(number(2001)) - 1000))
    case (.set, .set(let element, _)):
      Edit(field.number, chance(3) ? .remove(value(element)) : .insert(value(element)))
    case (.json, .json(let shape)):
      if chance(4) {
        Edit(field.number, .drop(path()))
      } else if shape == nil {
        Edit(field.number, chance(4) ? .set(value(field.type)) : .put(path(), value(.int(0...9))))
      } else {
        Edit(field.number, .put(["tags", "k-\(number(4))"], .bool(chance(2))))
      }
    default: Edit(field.number, .set(field.isNullable && chance(5) ? .null : value(field.type)))
    }
  }

  // MARK: Values

  private mutating func value(_ type: FieldType) -> Value {
    switch type {
    case .text(let form, let length): .text(text(form, length))
    case .int(let range): .int(range.clamp(Int64(number(2000)) - 500))
    case .decimal(_, let scale): .decimal(FixedDecimal(units: Int64(number(1_000_000)) - 500_000, scale: scale))
    case .float: .float(Double(number(1000)) / 8 - 50)
    case .bool: .bool(chance(2))
    case .date: .day(Day(rawValue: Int32(20_000 + number(400))))
    case .time: .instant(Instant(milliseconds: 1_762_880_400_000 + Int64(number(100_000_000))))
    case .uuid: .id(newID())
    case .choice(let names): .text(pick(names)!)
    case .reference(let target): .id(known[target].flatMap { pick($0) } ?? newID())
    case .set(let element, _): value(element)
    case .json: .object(ValueObject([(key: "a", value: .int(1)), (key: "b-c", value: .text("x\"y"))]))
    }
  }

  private mutating func text(_ form: FieldType.TextForm, _ length: ClosedRange<Int>) -> String {
    switch form {
    case .plain: String(repeating: pick(["a", "é", "🙂", "'", "\""])!, count: max(length.lowerBound, number(8)))
    case .email: "someone\(number(9))@example.org"
    case .url: "https://example.org/\(number(9))"
    case .color: "#0a0b0c"
    case .zone: "Europe/Lisbon"
    case .locale: "pt-PT"
    case .rrule: "FREQ=DAILY"
    case .slug: "slug_\(number(9))"
    case .base32: "ABC234"
    case .ip: "192.0.2.\(number(9))"
    case .pattern: "image/png"
    }
  }

  private mutating func path() -> Document.Path {
    pick([["tags", "a"], ["tags", "b"], ["color"], ["custom", "k-\(number(3))"], ["tasks", "create"], ["x"]])!
  }

  private mutating func newID() -> RecordID {
    namesGiven += 1
    return RecordID(high: random.next(), low: UInt64(namesGiven))
  }

  // MARK: Chances

  mutating func number(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

  /// True once in so many times.
  mutating func chance(_ times: Int) -> Bool { number(times) == 0 }

  mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[number(elements.count)]
  }
}

extension ClosedRange<Int64> {
  fileprivate func clamp(_ number: Int64) -> Int64 { Swift.min(Swift.max(number, lowerBound), upperBound) }
}

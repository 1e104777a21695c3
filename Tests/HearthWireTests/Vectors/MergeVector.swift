import HearthModel

/// A case of protocol/vectors/merges; README.md beside it describes the members.
struct MergeVector: VectorCase {
  let name: String
  let meaning: String
  let rows: [String]
  // Of a merge.
  let collection: Collection?
  let missing: [String]?
  let changeSets: [String: Change]?
  let results: [[String: JSON]]?
  // Of a stamp: milliseconds and logical counter.
  let stamp: [UInt64]?
  let offset: Int64?
  let now: Int64?
  let previous: [UInt64]?
  let result: [UInt64]?

  struct Collection: Decodable, Sendable {
    let slots: [Slot]
    let deletes: String?
  }

  struct Slot: Decodable, Sendable {
    let name: String
    let rule: String
    let fields: [String]?
    let precedence: [JSON]?
    /// The rules of leaves, as a tree of keys.
    let leaves: JSON?
    let `default`: JSON?
  }

  struct Change: Decodable, Sendable {
    let dot: [UInt64]
    let stamp: UInt64
    let rank: UInt8
    let context: [String: UInt64]?
    let kind: String
    let edits: [[JSON]]?
  }
}

// MARK: - The collection

extension MergeVector {
  func schema() throws -> CollectionSchema {
    guard let collection else { throw VectorFault(description: "no collection") }
    var fields = [Field]()
    var slots = [CollectionSchema.Slot]()
    for slot in collection.slots {
      let first = fields.count
      for (place, name) in (slot.fields ?? [slot.name]).enumerated() {
        fields.append(try field(name, slot, number: fields.count + 1, slots.count, place))
      }
      slots.append(
        CollectionSchema.Slot(
          name: slot.name, fields: fields[first...].map(\.number), rule: try slot.mergeRule(),
          isGroup: slot.fields != nil))
    }
    let deletes = DeletePolicy(rawValue: collection.deletes ?? "deleteWins")
    guard let deletes else { throw VectorFault(description: "an unknown delete policy") }
    return CollectionSchema(
      number: CollectionNumber(rawValue: 1), name: "things", fields: fields, slots: slots, deletes: deletes,
      isAppendOnly: false, isStrict: false, key: [], indexes: [])
  }

  private func field(_ name: String, _ slot: Slot, number: Int, _ position: Int, _ place: Int) throws -> Field {
    let text = FieldType.text(.plain, length: 0...10_000)
    let type: FieldType =
      switch try slot.mergeRule() {
      case .set: .set(text, maximum: 100)
      case .json: .json(nil)
      case .counter: .int(.min ... .max)
      case .register, .extreme, .hub: text
      }
    return Field(
      number: FieldNumber(rawValue: UInt16(number)), name: name, type: type, isNullable: type != .json(nil),
      defaultValue: slot.default.map { .literal($0.value) }, slot: position, place: place, marks: [],
      onDelete: missing == nil ? nil : .setNull, isHubWritten: false)
  }
}

extension MergeVector.Slot {
  func mergeRule() throws -> MergeRule {
    let values = precedence?.map(\.value) ?? []
    switch rule {
    case "lww", "lww with precedence": return .register(RegisterRule(precedence: values))
    case "guardian", "guardian with precedence": return .register(RegisterRule(isRanked: true, precedence: values))
    case "first": return .register(RegisterRule(.first))
    case "guardian first": return .register(RegisterRule(.first, isRanked: true))
    case "claim": return .register(RegisterRule(.claim))
    case "immutable": return .register(RegisterRule(.immutable))
    case "counter": return .counter
    case "max": return .extreme(.largest)
    case "min": return .extreme(.smallest)
    case "set": return .set(isRanked: false)
    case "guardian set": return .set(isRanked: true)
    case "json": return .json(isRanked: false, leaves: try leaves.map { try Self.shape($0.value) })
    case "guardian json": return .json(isRanked: true, leaves: try leaves.map { try Self.shape($0.value) })
    default: throw VectorFault(description: "the rule `\(rule)`")
    }
  }
}

extension MergeVector.Slot {
  private static func shape(_ tree: Value) throws -> FieldType.Shape {
    var keys = [String: FieldType.Shape.Node]()
    for member in tree.object?.members ?? [] {
      if let rule = member.value.text.flatMap(LeafRule.init(rawValue:)) {
        keys[member.key] = .leaf(.int(.min ... .max), rule)
      } else if member.value.object != nil {
        keys[member.key] = .object(try shape(member.value))
      } else {
        throw VectorFault(description: "the rule of the leaf `\(member.key)`")
      }
    }
    let others = keys.removeValue(forKey: "*")
    return FieldType.Shape(keys: keys, others: others)
  }
}

// MARK: - Change sets

extension MergeVector.Change {
  var author: Authorship {
    Authorship(dot: dotValue, stamp: HybridTime(rawValue: stamp), rank: Rank(rawValue: rank))
  }

  var dotValue: Dot { Dot(ReplicaNumber(rawValue: UInt32(dot[0])), dot[1]) }

  var contextValue: VersionVector {
    VersionVector((context ?? [:]).map { Dot(ReplicaNumber(rawValue: UInt32($0.key) ?? 0), $0.value) })
  }

  func operation(in collection: CollectionSchema) throws -> RecordOperation {
    let kinds: [String: RecordOperation.Kind] = [
      "create": .create, "update": .update, "delete": .delete, "restore": .restore,
    ]
    guard let kind = kinds[kind] else { throw VectorFault(description: "the kind `\(kind)`") }
    let slots = try (edits ?? []).map { edit -> (slot: Int, operation: SlotOperation) in
      guard let slot = collection.slots.firstIndex(where: { .text($0.name) == edit[0] }) else {
        throw VectorFault(description: "an edit of no slot")
      }
      return (slot, try Self.operation(edit))
    }
    return RecordOperation(kind, slots: slots)
  }

  private static func operation(_ edit: [JSON]) throws -> SlotOperation {
    switch (edit[1], edit[2]) {
    case (.text("set"), let value): return .write(value.value)
    case (.text("add"), .int(let increment)): return .add(increment)
    case (.text("insert"), let value): return .insert(value.value)
    case (.text("remove"), let value): return .remove(value.value)
    case (.text("put"), .list(let path)): return .put(path.compactMap(\.value.text), edit[3].value)
    case (.text("drop"), .list(let path)): return .drop(path.compactMap(\.value.text))
    default: throw VectorFault(description: "the action \(edit[1])")
    }
  }
}

// MARK: - Values

extension JSON {
  /// The value meant; text that is a UUID is an id.
  var value: Value {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let number): .int(number)
    case .number(let number): .float(number)
    case .text(let text): RecordID(text).map { .id($0) } ?? .text(text)
    case .list(let values): .list(values.map(\.value))
    case .object(let members): .object(ValueObject(members.map { (key: $0.key, value: $0.value.value) }))
    }
  }

  init(_ value: Value) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .int(let number): self = .int(number)
    case .float(let number): self = .number(number)
    case .list(let values): self = .list(values.map { JSON($0) })
    case .object(let object):
      self = .object(Dictionary(object.members.map { ($0.key, JSON($0.value)) }, uniquingKeysWith: { $1 }))
    case .text, .id, .decimal, .day, .instant: self = .text(value.description)
    }
  }

  init(_ dot: Dot) {
    self = .list([.int(Int64(dot.replica.rawValue)), .int(Int64(dot.counter))])
  }
}

import HearthModel
import Testing

/// The merges of protocol/vectors, against the merge rules; protocol/vectors/merge.py is another implementation of
/// them.
@Suite("Vectors: merges")
struct MergeVectorTests {
  static let vectors = Result { try VectorFiles.cases(MergeVector.self, in: "merges") }

  @Test(arguments: try vectors.get().map(\.name))
  func `a merge shows what its vector says`(_ name: String) throws {
    let vector = try #require(try Self.vectors.get().first { $0.name == name }).case
    if vector.stamp != nil { return try Self.checkStamp(vector) }
    let collection = try vector.schema()
    for result in try #require(vector.results) {
      guard case .list(let orders)? = result["orders"] else { throw VectorFault(description: "no orders") }
      for order in orders {
        guard case .list(let names) = order else { throw VectorFault(description: "an order is a list") }
        let found = try Self.shown(after: names.compactMap(\.value.text), of: vector, collection)
        let expected = result.filter { $0.key != "orders" }
        #expect(try JSON.object(found).bytes == JSON.object(expected).bytes, "order \(names)")
      }
    }
  }

  @Test func `every row of merge.md is named by a vector, and no other`() throws {
    let page = try Packs.text("protocol/merge.md")
    let rows = page.matches(of: /(?m)^\| ([A-Z][0-9]) \|/).map { String($0.1) }
    let named = try Self.vectors.get().flatMap(\.case.rows)
    #expect(Set(named) == Set(rows))
    #expect(rows.count == 45)
  }

  @Test func `every rule and every policy has several vectors`() throws {
    var counts: [String: Int] = [:]
    for vector in try Self.vectors.get() {
      for slot in vector.case.collection?.slots ?? [] { counts[slot.rule, default: 0] += 1 }
      if let deletes = vector.case.collection?.deletes { counts[deletes, default: 0] += 1 }
    }
    let rules = [
      "lww", "guardian", "lww with precedence", "first", "guardian first", "claim", "immutable", "counter", "max",
      "min",
      "set", "guardian set", "json", "guardian json", "editWins",
    ]
    for rule in rules { #expect(counts[rule, default: 0] >= 2, "\(rule)") }
  }

  // MARK: A merge

  private static func shown(
    after names: [String], of vector: MergeVector, _ collection: CollectionSchema
  ) throws -> [String: JSON] {
    var state = RecordState(slotCount: collection.slots.count)
    state.derived.missingTargets = (vector.missing ?? []).compactMap { RecordID($0) }.sorted()
    var decided: [ReplicaNumber: UInt64] = [:]
    var refused: [String: JSON] = [:]
    for name in names {
      guard let change = vector.changeSets?[name] else { throw VectorFault(description: "no change set `\(name)`") }
      let dot = change.dotValue
      // Row C2; row C1 is the record's own.
      let context = change.contextValue.cut { $0 == dot.replica ? dot.counter - 1 : decided[$0] ?? 0 }
      do throws(RecordRefusal) {
        try state.apply(operation(change, collection), by: change.author, context: context, rules: collection.rules)
      } catch {
        refused[name] = text(error.refusal)
      }
      decided[dot.replica] = max(decided[dot.replica] ?? 0, dot.counter)
    }
    var found = shown(state, collection)
    if !refused.isEmpty { found["refused"] = .object(refused) }
    return found
  }

  private static func operation(_ change: MergeVector.Change, _ collection: CollectionSchema) -> RecordOperation {
    do { return try change.operation(in: collection) } catch { preconditionFailure("\(error)") }
  }

  private static func text(_ refusal: MergeRefusal) -> JSON {
    switch refusal {
    case .alreadySet(let holder): .object(["reason": .text("alreadySet"), "holder": JSON(holder.author.dot)])
    case .alreadyClaimed(let holder): .object(["reason": .text("alreadyClaimed"), "holder": JSON(holder.author.dot)])
    case .overflow: .object(["reason": .text("overflow")])
    }
  }

  // MARK: What is shown

  private static func shown(_ state: RecordState, _ collection: CollectionSchema) -> [String: JSON] {
    let life: JSON = if case .deleted = state.recordLife(in: collection) { .text("deleted") } else { .text("live") }
    let versions = state.versions.entries.map { (String($0.replica.rawValue), JSON.int(Int64($0.counter))) }
    let fields = collection.fields.map { ($0.name, JSON(state.value(of: $0, in: collection))) }
    return [
      "life": life, "versions": .object(Dictionary(uniqueKeysWithValues: versions)),
      "fields": .object(Dictionary(uniqueKeysWithValues: fields)),
      "conflicts": .list(state.conflicts(in: collection).map { shown($0, collection) }),
    ]
  }

  private static func shown(_ conflict: Conflict, _ collection: CollectionSchema) -> JSON {
    let name = { (field: FieldNumber) in JSON.text(collection.fields[field.index].name) }
    let subject: [String: JSON] =
      switch conflict.subject {
      case .record: ["record": .bool(true)]
      case .fields(let fields): ["fields": .list(fields.map(name))]
      case .element(let field, let element): ["field": name(field), "element": JSON(element)]
      case .path(let field, let path): ["field": name(field), "path": .list(path.map { .text($0) })]
      }
    let losers = conflict.losers.map { loser -> JSON in
      var members = shown(loser.write)
      members["reason"] = .text("\(loser.reason)")
      return .object(members)
    }
    return .object([
      "subject": .object(subject), "rule": .text(conflict.rule), "winner": .object(shown(conflict.winner)),
      "losers": .list(losers),
    ])
  }

  private static func shown(_ write: Write) -> [String: JSON] {
    var members = ["dot": JSON(write.author.dot)]
    if let value = write.value { members["value"] = JSON(value) }
    return members
  }

  // MARK: A stamp

  private static func checkStamp(_ vector: MergeVector) throws {
    let stamp = try time(vector.stamp).corrected(
      by: ClockOffset(milliseconds: #require(vector.offset)), now: #require(vector.now), after: time(vector.previous))
    #expect([UInt64(stamp.milliseconds), UInt64(stamp.logical)] == vector.result)
  }

  private static func time(_ parts: [UInt64]?) throws -> HybridTime {
    let parts = try #require(parts)
    return HybridTime(rawValue: parts[0] << 16 | parts[1])
  }
}

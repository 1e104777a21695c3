package import HearthModel
internal import HearthProtocol

// What this device made and the hub folded into another record (docs/reference/pack-language.md, section 11.1): drafts
// and undecided changes that still name it by the id that it had here are about that record.

/// That a record is known here by an id that it does not have.
package struct RecordAlias: Hashable, Sendable {
  /// The id that this device gave.
  package let name: ReplicaKey
  /// The id that the record has.
  package let record: RecordID
}

extension Replica {
  /// Names that are kept; older ones are known to the hub.
  private static let aliasesMax = 1000

  /// Remembers what the hub folded.
  ///
  /// - Returns: whether it did.
  mutating func learn(_ verdict: Outcome.Verdict) -> Bool {
    guard case .merged(let decisions) = verdict else { return false }
    var learned = false
    for decision in decisions
    where decision.conflict.rule == Unique.Policy.alias.rawValue && decision.conflict.subject == .record {
      for loser in decision.conflict.losers {
        guard let name = loser.write.value?.id, name != decision.record else { continue }
        identity.aliases.append(RecordAlias(name: ReplicaKey(decision.collection, name), record: decision.record))
        learned = true
      }
    }
    identity.aliases.removeFirst(max(0, identity.aliases.count - Self.aliasesMax))
    return learned
  }

  /// The record behind a name; the same when it is none.
  package func meant(_ key: ReplicaKey) -> ReplicaKey {
    identity.aliases.last { $0.name == key }.map { ReplicaKey(key.collection, $0.record) } ?? key
  }

  /// A change with the ids that records have.
  func meant(_ change: RecordChange) -> RecordChange {
    guard !identity.aliases.isEmpty, let collection = pack.collection(change.collection) else { return change }
    let edits = change.edits.map { edit in
      guard let target = collection.field(edit.field)?.type.target else { return edit }
      let record = { (value: Value) in
        value.id.map { .id(meant(ReplicaKey(target, $0)).record) } ?? value
      }
      switch edit.action {
      case .set(let value): return Edit(edit.field, .set(record(value)))
      case .insert(let value): return Edit(edit.field, .insert(record(value)))
      case .remove(let value): return Edit(edit.field, .remove(record(value)))
      case .add, .put, .drop: return edit
      }
    }
    return RecordChange(
      collection: change.collection, record: meant(ReplicaKey(change.collection, change.record)).record,
      kind: change.kind, context: change.context, expectation: change.expectation, edits: edits)
  }

  /// The records that a change set is about.
  func keys(of entry: OutboxEntry) -> Set<ReplicaKey> {
    Set(entry.changeSet.changes.map { meant(ReplicaKey($0.collection, $0.record)) })
  }
}

extension RecordAlias: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(UInt64(name.collection.rawValue))
    writer.write(name.record)
    writer.write(record)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let collection = CollectionNumber(rawValue: try reader.readInteger(UInt16.self))
    self.init(name: ReplicaKey(collection, try reader.read()), record: try reader.read())
  }
}

import HearthModel
import HearthTesting

// Questions and answers by chance.

extension RandomMessages {
  mutating func inquiry() -> Inquiry {
    let page = many(40) { UInt8(truncatingIfNeeded: $0.number()) }
    let collection = collection()
    switch random.below(4) {
    case 0: return Inquiry(.conflicts, page: page)
    case 1: return Inquiry(.explain(collection, id(), random.oneIn(2) ? field(of: collection) : nil), page: page)
    case 2: return Inquiry(.history(collection, id()), page: page)
    default: return Inquiry(.deleted, page: page)
    }
  }

  mutating func answer() -> Answer {
    Answer(content(), accounts: many(3) { $0.account() }, next: many(20) { UInt8(truncatingIfNeeded: $0.number()) })
  }

  private mutating func content() -> Answer.Content {
    let collection = collection()
    switch random.below(5) {
    case 0: return .unknown
    case 1:
      return .conflicts(
        many(3) {
          let collection = $0.collection()
          return RecordConflicts(
            collection: collection, record: $0.id(), label: $0.text(),
            conflicts: $0.many(2) { $0.conflict(in: collection) })
        })
    case 2: return .record(record(in: collection))
    case 3:
      return .history(
        RecordHistory(
          collection: collection, record: id(), label: text(), entries: many(3) { $0.entry(in: collection) }))
    default:
      return .deleted(
        many(3) {
          DeletedRecord(
            collection: $0.collection(), record: $0.id(), label: $0.text(), author: $0.authorship(),
            hiddenCount: $0.random.below(100))
        })
    }
  }

  private mutating func account() -> ChangeAccount {
    ChangeAccount(
      dot: dot(), revision: revision(), at: instant(), madeAt: HybridTime(rawValue: number()),
      stamp: HybridTime(rawValue: number()), offset: ClockOffset(milliseconds: Int64(bitPattern: number())),
      member: random.oneIn(2) ? id() : nil, device: text(), rank: Rank(rawValue: UInt8(truncatingIfNeeded: number())),
      seen: random.oneIn(2) ? ChangeAccount.Sighting(dot: dot(), revision: revision(), at: instant()) : nil)
  }

  private mutating func record(in collection: CollectionNumber) -> RecordAccount {
    let life: RecordLife =
      switch random.below(3) {
      case 0: .live
      case 1: .hidden
      default: .deleted(authorship())
      }
    return RecordAccount(
      collection: collection, record: id(), label: text(), life: life,
      lifeConflict: random.oneIn(2) ? conflict(in: collection) : nil,
      hiddenBy: random.oneIn(2) ? RecordAccount.HidingRecord(collection: self.collection(), record: id()) : nil,
      hiddenCount: random.below(100), fields: many(3) { $0.field(in: collection) })
  }

  private mutating func field(in collection: CollectionNumber) -> FieldAccount {
    FieldAccount(
      shown: many(2) { RecordPatch.FieldValue($0.field(of: collection), $0.value()) }, rule: text(),
      standing: many(2) { $0.conflict(in: collection) },
      shares: many(2) { Counter.Share(replica: $0.replica(), sum: Int64(bitPattern: $0.number())) },
      writtenBy: many(2) { $0.text() })
  }

  private mutating func entry(in collection: CollectionNumber) -> HistoryEntry {
    HistoryEntry(
      dot: dot(), kind: random.pick([.create, .update, .delete, .restore]),
      edits: many(3) { Edit($0.field(of: collection), $0.action()) },
      ruleEdits: many(2) { Edit($0.field(of: collection), $0.action()) }, verdict: verdict())
  }
}

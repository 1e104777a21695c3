internal import HearthModel

extension Stage {
  /// A record that the change set changed, itself or by what follows from it.
  final class Touch {
    let key: RecordKey
    let collection: CollectionSchema
    /// The record before; nil when the change set created it.
    let before: RecordState?
    var after: RecordState {
      didSet {
        facts = nil
        edition += 1
      }
    }
    /// How often `after` has changed, which is cheaper to compare than what it holds.
    private var edition = 0
    /// The slots that were written.
    private(set) var slots = PositionSet()
    /// Fields whose references appeared or vanished with their targets.
    private(set) var referenceFields = FieldSet()
    /// The fields that may show something else than before.
    private(set) var changed = FieldSet()
    /// The slots that moves and effects wrote, so that the author does not know what they hold.
    private(set) var ruleSlots = PositionSet()
    /// What the change set did; nil for a record that changed only by what follows.
    let kind: RecordChange.Kind?
    /// What moves and effects did to the record as a whole; nil when they did not touch it.
    private(set) var ruleKind: RecordChange.Kind?
    /// The record when references were last followed.
    private(set) var settled: RecordState?
    private var settledEdition: Int?
    /// The record when effects were last looked for.
    var noticed: RecordState?
    /// The record when derived numbers were last brought up to it.
    var accounted: RecordState?
    private var facts: RecordFacts?
    private(set) lazy var formerFacts = before.map { RecordFacts($0, in: collection) }

    init(
      _ key: RecordKey, _ collection: CollectionSchema, before: RecordState?, after: RecordState,
      kind: RecordChange.Kind?
    ) {
      self.key = key
      self.collection = collection
      self.before = before
      self.after = after
      self.kind = kind
      (settled, noticed, accounted) = (before, before, before)
    }

    /// The record as expressions read it.
    var currentFacts: RecordFacts {
      if let facts { return facts }
      let current = RecordFacts(after, in: collection)
      facts = current
      return current
    }

    /// Notes that slots were written.
    func mark(_ slots: some Sequence<Int>) {
      for slot in slots where self.slots.insert(slot) {
        for field in collection.slots[slot].fields { changed.insert(field) }
      }
    }

    /// Notes that moves or effects wrote slots.
    func markByRule(_ slots: some Sequence<Int>) {
      for slot in slots { ruleSlots.insert(slot) }
      mark(slots)
    }

    /// Notes what moves and effects did to the record as a whole.
    func markByRule(_ kind: RecordChange.Kind) {
      ruleKind = ruleKind == .create ? .create : kind
    }

    /// Notes that references show their targets, or show them no more.
    func mark(references fields: some Sequence<FieldNumber>) {
      for field in fields {
        referenceFields.insert(field)
        changed.insert(field)
      }
    }

    /// Notes that references have been followed.
    func settle() {
      guard !isSettled else { return }
      settled = after
      settledEdition = edition
    }

    /// Forgets how the record was in between: nothing more follows from it. What the hub stamps is then written in
    /// place; as long as former states share its slots, each write copies them all.
    func finish() {
      (settled, noticed, accounted, facts) = (nil, nil, nil, nil)
      settledEdition = nil
    }

    /// Whether the record is as it was when references were last followed.
    var isSettled: Bool { settledEdition == edition }

    var isLive: Bool { after.isLive(in: collection) }

    var wasLive: Bool { before?.isLive(in: collection) ?? false }

    /// Whether what a rule asks of the record may be another answer than at a former state of it.
    func mayChange(_ reach: Reach, since former: RecordState?) -> Bool {
      guard let former else { return true }
      return reach.leadsOn || !reach.fields.isDisjoint(with: changed) || isLive != former.isLive(in: collection)
    }
  }
}

/// A record as the hub keeps it: who has touched it, whether it lives, and the merge state of each slot.
///
/// The state is a function of the set of change sets taken in (P1), but for `first` and `claim` slots, which keep the
/// hub's order.
public struct RecordState: Hashable, Sendable {
  /// For each replica its latest change set that touched the record, ascending by replica.
  public internal(set) var touches: [Touch]
  /// The deletes of which none has seen another and which no restore has seen, ascending by dot.
  public internal(set) var tombstones: [Tombstone]
  /// One state for each slot of the collection.
  public internal(set) var slots: [SlotState]
  /// What follows from other records.
  public var derived: Derived
  /// What it showed before, of the fields that rules ask about; empty in collections without such rules.
  public package(set) var trail = Trail()

  /// The record that nobody has touched.
  public init(slotCount: Int) {
    touches = []
    tombstones = []
    slots = Array(repeating: .empty, count: slotCount)
    derived = Derived()
  }

  /// Makes a record of stored parts.
  package init(
    touches: [Touch], tombstones: [Tombstone], slots: [SlotState], derived: Derived, trail: Trail = Trail()
  ) {
    self.touches = touches
    self.tombstones = tombstones
    self.slots = slots
    self.derived = derived
    self.trail = trail
  }

  /// A replica's latest change set that touched the record.
  public struct Touch: Hashable, Sendable {
    /// Who and when.
    public let author: Authorship
    /// Whether it was a delete; a delete is no wish to keep the record alive.
    public let isDelete: Bool

    /// Makes a touch.
    public init(author: Authorship, isDelete: Bool) {
      self.author = author
      self.isDelete = isDelete
    }
  }

  /// A delete and what its author had seen.
  public struct Tombstone: Hashable, Sendable {
    /// Who and when.
    public let author: Authorship
    /// The author's context, joined with the delete itself.
    public let seen: VersionVector

    /// Makes a tombstone.
    public init(author: Authorship, seen: VersionVector) {
      self.author = author
      self.seen = seen
    }
  }

  /// What follows from other records; computed by the hub, never written by a device.
  public struct Derived: Hashable, Sendable {
    /// Whether a record on which this one depends by `cascade` is deleted or hidden.
    public var isHidden: Bool
    /// The targets of `setNull` references that are deleted or hidden, ascending.
    public var missingTargets: [RecordID]

    /// Nothing follows.
    public init(isHidden: Bool = false, missingTargets: [RecordID] = []) {
      self.isHidden = isHidden
      self.missingTargets = missingTargets
    }
  }

  /// The record's version vector: for each replica the highest counter that touched it.
  public var versions: VersionVector {
    VersionVector(touches.lazy.map(\.author.dot))
  }

  /// Whether the change set with this dot is part of the state.
  public func hasSeen(_ dot: Dot) -> Bool {
    touches.contains { $0.author.dot.replica == dot.replica && $0.author.dot.counter >= dot.counter }
  }
}

/// What a change set does to one record.
public struct RecordOperation: Hashable, Sendable {
  /// What happens to the record as a whole.
  public enum Kind: Hashable, Sendable {
    /// It comes into being, or joins a record of the same natural key.
    case create
    /// Some slots change.
    case update
    /// It goes.
    case delete
    /// It comes back.
    case restore
  }

  /// What happens to the record as a whole.
  public let kind: Kind
  /// What happens to which slot, in order; empty for deletes and restores.
  public let slots: [(slot: Int, operation: SlotOperation)]

  /// Makes an operation.
  public init(_ kind: Kind, slots: [(slot: Int, operation: SlotOperation)] = []) {
    self.kind = kind
    self.slots = slots
  }

  /// Equal in kind and in each operation.
  public static func == (left: RecordOperation, right: RecordOperation) -> Bool {
    left.kind == right.kind && left.slots.elementsEqual(right.slots, by: ==)
  }

  /// Feeds the kind and each operation.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    for (slot, operation) in slots {
      hasher.combine(slot)
      hasher.combine(operation)
    }
  }
}

extension RecordState {
  /// Takes an operation in.
  ///
  /// - Parameters:
  ///   - context: the record's version vector at the author's device, cut to what the hub has decided (C2).
  ///   - rules: the rule of each slot.
  /// - Throws: ``RecordRefusal`` when a slot refuses; the record is then unchanged.
  public mutating func apply(
    _ operation: RecordOperation, by author: Authorship, context: VersionVector, rules: [MergeRule]
  ) throws(RecordRefusal) {
    guard !hasSeen(author.dot) else { return }  // R1
    try add(operation, by: author, context: context, rules: rules)
  }

  /// Takes in what the hub adds to a change set: like ``apply(_:by:context:rules:)``, but several operations may have
  /// the same dot.
  package mutating func add(
    _ operation: RecordOperation, by author: Authorship, context: VersionVector, rules: [MergeRule]
  ) throws(RecordRefusal) {
    var seen = context
    seen.join(Dot(author.dot.replica, max(author.dot.counter, 1) - 1))  // C1
    var changed = self
    switch operation.kind {
    case .create, .update:
      for (slot, slotOperation) in operation.slots {
        do {
          try changed.slots[slot].apply(
            slotOperation, by: author, seen: seen, rule: rules[slot], missing: derived.missingTargets)
        } catch {
          throw RecordRefusal(slot: slot, refusal: error)
        }
      }
    case .delete:
      changed.bury(by: author, seen: seen)
    case .restore:
      changed.tombstones.removeAll { seen.covers($0.author.dot) }  // D2
    }
    changed.touch(author, isDelete: operation.kind == .delete)
    self = changed
  }

  /// Writes what the hub adds to an accepted change set: time stamps and the version.
  package mutating func setHubValue(_ value: Value, slot: Int) {
    slots[slot] = .hub(value)
  }

  private mutating func bury(by author: Authorship, seen: VersionVector) {
    var seenAndSelf = seen
    seenAndSelf.join(author.dot)
    tombstones.removeAll { seen.covers($0.author.dot) }
    let position = tombstones.firstIndex { $0.author.dot > author.dot } ?? tombstones.endIndex
    tombstones.insert(Tombstone(author: author, seen: seenAndSelf), at: position)  // D1
  }

  private mutating func touch(_ author: Authorship, isDelete: Bool) {
    let touch = Touch(author: author, isDelete: isDelete)
    let position = touches.firstIndex { $0.author.dot.replica >= author.dot.replica } ?? touches.endIndex
    if position < touches.endIndex, touches[position].author.dot.replica == author.dot.replica {
      touches[position] = touch
    } else {
      touches.insert(touch, at: position)
    }
  }
}

/// The merge state of one slot of a record: a field, or the fields of a group.
public enum SlotState: Hashable, Sendable {
  /// Never written; shows the default.
  case empty
  /// Siblings of one value.
  case register(Register)
  /// Increments.
  case counter(Counter)
  /// A largest or smallest value.
  case extreme(Extreme)
  /// Siblings for each element.
  case set(ElementSet)
  /// Siblings for each path.
  case document(Document)
  /// A value of the hub's own.
  case hub(Value)
}

/// What a change set does to one slot.
public enum SlotOperation: Hashable, Sendable {
  /// Writes a value: registers (a list of the group's values for a group), extremes, hub fields; for a JSON slot the
  /// whole document.
  case write(Value)
  /// Adds to a counter.
  case add(Int64)
  /// Adds an element.
  case insert(Value)
  /// Removes an element.
  case remove(Value)
  /// Writes a value at a JSON path.
  case put(Document.Path, Value)
  /// Removes a JSON path and what stands below it.
  case drop(Document.Path)
}

extension SlotState {
  /// Takes one operation in.
  ///
  /// The operation must fit the rule; admission has checked that before (`EditShape`).
  /// - Parameters:
  ///   - seen: the author's context joined with the author's earlier change sets (C1).
  ///   - missing: targets of references that are not there; a holder among them holds nothing (K1).
  /// - Throws: ``MergeRefusal``; the state is then unchanged.
  mutating func apply(
    _ operation: SlotOperation, by author: Authorship, seen: VersionVector, rule: MergeRule, missing: [RecordID] = []
  ) throws(MergeRefusal) {
    switch (rule, operation) {
    case (.register(let rule), .write(let value)):
      try applyRegister(Write(author, value), seen: seen, rule, missing)
    case (.counter, .add(let increment)):
      var counter = if case .counter(let counter) = self { counter } else { Counter() }
      try counter.add(increment, by: author.dot.replica)
      self = .counter(counter)
    case (.extreme(let direction), .write(let value)):
      var extreme = if case .extreme(let extreme) = self { extreme } else { Extreme() }
      extreme.join(Write(author, value), direction)
      self = .extreme(extreme)
    case (.set, .insert(let element)), (.set, .remove(let element)):
      var set = if case .set(let set) = self { set } else { ElementSet() }
      let isPresent = if case .insert = operation { true } else { false }
      set.apply(element, isPresent: isPresent, by: author, seen: seen)
      self = .set(set)
    case (.json(_, let shape), .write(let value)):
      try put(value, at: [], by: author, seen: seen, shape)
    case (.json(_, let shape), .put(let path, let value)):
      try put(value, at: path, by: author, seen: seen, shape)
    case (.json, .drop(let path)):
      var document = if case .document(let document) = self { document } else { Document() }
      document.drop(path, by: author, seen: seen)
      self = .document(document)
    case (.hub, .write(let value)):
      self = .hub(value)
    case (.register, _), (.counter, _), (.extreme, _), (.set, _), (.json, _), (.hub, _):
      preconditionFailure("a \(rule.name) slot was given \(operation)")
    }
  }

  private mutating func put(
    _ value: Value, at path: Document.Path, by author: Authorship, seen: VersionVector, _ shape: FieldType.Shape?
  ) throws(MergeRefusal) {
    var document = if case .document(let document) = self { document } else { Document() }
    try document.put(value, at: path, by: author, seen: seen, shape: shape)
    self = .document(document)
  }

  private mutating func applyRegister(
    _ write: Write, seen: VersionVector, _ rule: RegisterRule, _ missing: [RecordID]
  ) throws(MergeRefusal) {
    var register = if case .register(let register) = self { register } else { Register() }
    switch rule.mode {
    case .latest, .immutable:
      register.apply(write, seen: seen)
    case .first:
      try Self.applyFirst(write, to: &register, seen: seen, rule.preference, missing)
    case .claim:
      try Self.applyClaim(write, to: &register, seen: seen, missing)
    }
    self = .register(register)
  }

  static func applyFirst(
    _ write: Write, to register: inout Register, seen: VersionVector, _ preference: Preference, _ missing: [RecordID]
  ) throws(MergeRefusal) {
    guard let holder = register.resolve(by: preference)?.winner, holder.isHeld(missing) else {
      register = Register(write)  // F1
      return
    }
    if write.author.rank == .hub {
      register = Register(write)  // F4
    } else if seen.covers(holder.author.dot) {
      throw .alreadySet(holder: holder)  // F2
    } else {
      register.apply(write, seen: seen, keepsArrival: true)  // F3
    }
  }

  private static func applyClaim(
    _ write: Write, to register: inout Register, seen: VersionVector, _ missing: [RecordID]
  ) throws(MergeRefusal) {
    if let holder = register.first, holder.isHeld(missing),  // K1 when it does not hold
      !seen.covers(holder.author.dot), write.author.rank != .hub
    {
      if write.leadingValue == holder.leadingValue { return }  // K4
      throw .alreadyClaimed(holder: holder)  // K3
    }
    register = Register(write)  // K2
  }
}

extension Write {
  /// Whether somebody holds a claim or a first write by this: its value, or the first of its group, is neither null nor
  /// a reference to a record that is not there.
  fileprivate func isHeld(_ missing: [RecordID]) -> Bool {
    guard let leading = leadingValue else { return false }
    if let id = leading.id { return !missing.contains(id) }
    return !leading.isNull
  }

  /// The value, or in a group the first of its values, which says who holds it.
  fileprivate var leadingValue: Value? { value.map { $0.elements?.first ?? $0 } }
}

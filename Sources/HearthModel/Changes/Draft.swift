/// Edits that belong together: they become one change set with one fate (P4).
///
/// Names are those of the pack. Mistakes that the hub would refuse anyway (unknown names, wrong types, values over
/// their limits) are refused when the draft is committed, as ``Rejection``.
public struct Draft: Sendable {
  /// What happens to a field, by name; resolved against the pack and the record when the draft is committed.
  package enum Action: Sendable {
    case set(Value)
    case add(Int64)
    case insert(Value)
    case remove(Value)
    case put([String], Value)
    case drop([String])
  }

  /// What happens to one record.
  package struct Change: Sendable {
    package let collection: String
    package let record: RecordID?
    package var kind: RecordChange.Kind
    package var expectsUnchanged = false
    package var actions: [(field: String, action: Action)] = []
  }

  package private(set) var changes: [Change] = []

  /// An empty draft.
  public init() {}

  /// Whether nothing has been asked for.
  public var isEmpty: Bool { changes.isEmpty }

  /// Creates a record.
  ///
  /// - Parameters:
  ///   - id: its id; nil in a collection whose ids follow from a key.
  ///   - values: its fields; those with defaults may be left out.
  public mutating func create(_ collection: String, _ id: RecordID?, _ values: [(String, Value)]) {
    var change = Change(collection: collection, record: id, kind: .create)
    change.actions = values.map { (field: $0.0, action: .set($0.1)) }
    changes.append(change)
  }

  /// Sets a field. A set becomes exactly the given list, by adding and removing what differs.
  public mutating func set(_ collection: String, _ id: RecordID, _ field: String, _ value: Value) {
    act(collection, id, field, .set(value))
  }

  /// Adds to a counter; decimals count in units of their last digit.
  public mutating func increment(_ collection: String, _ id: RecordID, _ field: String, by increment: Int64) {
    act(collection, id, field, .add(increment))
  }

  /// Adds an element to a set.
  public mutating func insert(_ collection: String, _ id: RecordID, _ field: String, _ element: Value) {
    act(collection, id, field, .insert(element))
  }

  /// Removes an element from a set.
  public mutating func remove(_ collection: String, _ id: RecordID, _ field: String, _ element: Value) {
    act(collection, id, field, .remove(element))
  }

  /// Writes a value at a path of a JSON field.
  public mutating func put(_ collection: String, _ id: RecordID, _ field: String, _ path: [String], _ value: Value) {
    act(collection, id, field, .put(path, value))
  }

  /// Removes a path of a JSON field, with what stands below it.
  public mutating func drop(_ collection: String, _ id: RecordID, _ field: String, _ path: [String]) {
    act(collection, id, field, .drop(path))
  }

  /// Deletes a record.
  public mutating func delete(_ collection: String, _ id: RecordID) {
    changes.append(Change(collection: collection, record: id, kind: .delete))
  }

  /// Brings a deleted record back.
  public mutating func restore(_ collection: String, _ id: RecordID) {
    changes.append(Change(collection: collection, record: id, kind: .restore))
  }

  /// Demands that the record has not changed since this device saw it; otherwise the whole draft is rejected
  /// `staleVersion`.
  public mutating func expectUnchanged(_ collection: String, _ id: RecordID) {
    changes[position(collection, id)].expectsUnchanged = true
  }

  /// The draft with other ids for some records, both as what is edited and as what values refer to.
  package func replacing(_ ids: [RecordID: RecordID]) -> Draft {
    var draft = Draft()
    draft.changes = changes.map { change in
      var replaced = Change(
        collection: change.collection, record: change.record.map { ids[$0] ?? $0 }, kind: change.kind,
        expectsUnchanged: change.expectsUnchanged)
      replaced.actions = change.actions.map { name, action in
        switch action {
        case .set(.id(let id)): (name, .set(.id(ids[id] ?? id)))
        case .insert(.id(let id)): (name, .insert(.id(ids[id] ?? id)))
        case .remove(.id(let id)): (name, .remove(.id(ids[id] ?? id)))
        default: (name, action)
        }
      }
      return replaced
    }
    return draft
  }

  private mutating func act(_ collection: String, _ id: RecordID, _ field: String, _ action: Action) {
    changes[position(collection, id)].actions.append((field, action))
  }

  private mutating func position(_ collection: String, _ id: RecordID) -> Int {
    if let known = changes.firstIndex(where: { $0.collection == collection && $0.record == id }) { return known }
    changes.append(Change(collection: collection, record: id, kind: .update))
    return changes.count - 1
  }
}

package import HearthModel

/// Who sees what of an app's records: the read rights of its pack, worked out once.
///
/// A right depends on the member's role, on what the member's own record and the household's say, and on the record
/// that is looked at. The last is read once for all members and handed to every session with the patch (``Sight``), so
/// that a session decides without the store.
package final class Audience: Sendable {
  /// The pack.
  package let pack: Pack
  /// Whether every member sees everything that leaves the hub.
  package let isOpen: Bool
  /// By the number of the collection.
  private let collections: [Rights]
  /// The grants that a role may use, by role and the number of the collection.
  private let permits: [String: [Permit]]
  /// What read conditions ask of the member who looks, each once.
  let memberInputs: [Expression.Input]
  /// What read conditions ask of the household's own record, each once.
  let householdInputs: [Expression.Input]
  /// For each collection: whose records may come into a view or leave it when a record of this collection changes.
  let dependents: [[Dependent]]
  /// The same for the members, whose whole view may change.
  let memberDependents: [[Dependent]]
  private let followed: [FieldSet]

  /// The read rights on one collection.
  struct Rights: Sendable {
    /// Whether everybody sees everything of it.
    let isOpen: Bool
    /// The fields that may leave the hub at all.
    let published: FieldSet
    /// What the conditions ask of the record, each once.
    let inputs: [Expression.Input]
    let reach: Reach
    /// Whether the answer for one record and one member may change while all else stays.
    let isMovable: Bool
  }

  /// Works out a pack.
  package init(_ pack: Pack) {
    self.pack = pack
    collections = pack.collections.map { Rights($0) }
    isOpen = collections.allSatisfy(\.isOpen)
    permits = Dictionary(
      pack.roles.all.map { role in (role, pack.collections.map { $0.permit(for: .read, role: role) }) },
      uniquingKeysWith: { $1 })
    let asked = pack.collections.flatMap(\.behavior.access.read).flatMap(\.conditions).flatMap(\.inputs)
    memberInputs = asked.filter { $0.root == .member && !$0.steps.isEmpty }.distinct
    householdInputs = asked.filter { $0.root == .household }.distinct
    dependents = Self.dependents(of: zip(pack.collections.map(\.number), collections.map(\.inputs)), in: pack)
    let ofSession = (pack.roles.session?.inputs ?? []).filter { $0.root == .member }
    memberDependents = Self.dependents(of: [(pack.memberCollection, memberInputs + ofSession)], in: pack)
    followed = Self.followed(dependents + memberDependents, in: pack)
  }

  subscript(number: CollectionNumber) -> Rights? {
    collections.indices.contains(number.index) ? collections[number.index] : nil
  }

  /// Whether read conditions follow a field although it is no reference.
  func follows(_ field: FieldNumber, of collection: CollectionNumber) -> Bool {
    followed.indices.contains(collection.index) && followed[collection.index].contains(field)
  }

  /// What a role may see of a collection; nothing when the role or the collection is unknown.
  func permit(_ role: String, _ number: CollectionNumber) -> Permit {
    guard let permits = permits[role], permits.indices.contains(number.index) else { return Permit() }
    return permits[number.index]
  }
}

extension Audience.Rights {
  fileprivate init(_ collection: CollectionSchema) {
    isOpen = collection.behavior.access.isOpen
    published = collection.publishedFields
    let conditions = collection.behavior.access.read.flatMap(\.conditions)
    let inputs = conditions.flatMap(\.inputs).filter { $0.root == .record }.distinct
    self.inputs = inputs
    reach = Reach(inputs)
    isMovable = inputs.contains { input in
      guard let first = input.steps.first else { return false }
      guard case .field(let number) = first, input.steps.count == 1, let field = collection.field(number) else {
        return true
      }
      return !field.isGivenForAll(in: collection)
    }
  }
}

extension Field {
  /// Whether the field shows for ever what the record's creation gave: it keeps a record in a view, or out of it.
  fileprivate func isGivenForAll(in collection: CollectionSchema) -> Bool {
    guard case .register(let rule) = collection.slots[slot].rule, rule.mode == .immutable, onDelete != .setNull else {
      return false
    }
    // Of a record with a key several creations may come, of which only the key is the same.
    return collection.key.isEmpty || collection.key.contains(number)
  }
}

extension Sequence where Element: Hashable {
  /// The elements without repetitions, in their order.
  fileprivate var distinct: [Element] {
    var seen = Set<Element>()
    return filter { seen.insert($0).inserted }
  }
}

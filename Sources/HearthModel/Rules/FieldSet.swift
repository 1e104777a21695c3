/// Some fields of one collection, as bits.
public struct FieldSet: Hashable, Sendable {
  private var positions = PositionSet()

  /// No field.
  public init() {}

  /// These fields.
  public init(_ fields: some Sequence<FieldNumber>) {
    for field in fields { insert(field) }
  }

  /// Whether no field is in it.
  public var isEmpty: Bool { positions.isEmpty }

  /// Adds a field.
  public mutating func insert(_ field: FieldNumber) { positions.insert(Int(field.rawValue)) }

  /// Takes a field out.
  public mutating func remove(_ field: FieldNumber) { positions.remove(Int(field.rawValue)) }

  /// Whether the field is in it.
  public func contains(_ field: FieldNumber) -> Bool { positions.contains(Int(field.rawValue)) }

  /// Adds the other's fields.
  public mutating func formUnion(_ other: FieldSet) { positions.formUnion(other.positions) }

  /// Without the other's fields.
  public func subtracting(_ other: FieldSet) -> FieldSet {
    var result = self
    result.positions = positions.subtracting(other.positions)
    return result
  }

  /// The fields that are in both.
  public func intersection(_ other: FieldSet) -> FieldSet { subtracting(subtracting(other)) }

  /// Whether all its fields are in the other.
  public func isSubset(of other: FieldSet) -> Bool {
    subtracting(other).isEmpty
  }

  /// Whether they have no field in common.
  public func isDisjoint(with other: FieldSet) -> Bool { positions.isDisjoint(with: other.positions) }

  /// The fields, ascending.
  public var numbers: [FieldNumber] { map { $0 } }
}

extension FieldSet: Sequence {
  /// Goes through the fields, ascending.
  public struct Iterator: IteratorProtocol {
    fileprivate var positions: PositionSet.Iterator

    /// The next field.
    public mutating func next() -> FieldNumber? { positions.next().map { FieldNumber(rawValue: UInt16($0)) } }
  }

  /// The fields, ascending.
  public func makeIterator() -> Iterator { Iterator(positions: positions.makeIterator()) }
}

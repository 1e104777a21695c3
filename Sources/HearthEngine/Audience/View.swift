internal import Crypto
package import HearthModel

/// What one member sees on one device. A class, since every change of the household is held against it.
package final class View: Sendable {
  /// The rights of the app.
  package let audience: Audience
  /// What the rights ask of the member.
  package let standing: Standing
  /// The member.
  package let member: RecordID
  /// The device.
  package let device: RecordID

  /// Makes a view.
  package init(_ audience: Audience, _ standing: Standing, member: RecordID, device: RecordID) {
    self.audience = audience
    self.standing = standing
    self.member = member
    self.device = device
  }

  /// Whether every member of the app sees the same.
  package var isOpen: Bool { audience.isOpen }

  /// The same member and device after the standing has changed.
  package func with(_ standing: Standing) -> View {
    View(audience, standing, member: member, device: device)
  }

  /// The epoch as this view's devices know it: another one as soon as the view as a whole is another, so that a device
  /// that comes back takes everything anew.
  package func epoch(_ epoch: Epoch) -> Epoch {
    guard !isOpen else { return epoch }
    var writer = ByteWriter()
    writer.write(fixed: epoch.rawValue)
    writer.write(standing.role)
    writer.write(list: standing.member)
    writer.write(list: standing.household)
    let mixed = SHA256.hash(data: writer.bytes).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Epoch(rawValue: max(mixed, 1))
  }

  /// Whether a record that is not in the view now may have been in it.
  package func mayHaveSeen(_ collection: CollectionNumber) -> Bool {
    guard let rights = audience[collection], rights.isMovable else { return false }
    return !audience.permit(standing.role, collection).conditional.isEmpty
  }

  /// The fields of a record that are in the view; none when the record is not.
  ///
  /// - Parameter values: what the record says to the read conditions of its collection.
  func fields(of collection: CollectionNumber, _ values: [Value]) -> FieldSet {
    guard let rights = audience[collection] else { return FieldSet() }
    let surroundings = Expression.Surroundings(today: nil, day: { _ in nil }) { [self] in value($0, rights, values) }
    // The values are at hand, so that nothing is thrown; what is not known is not shown.
    return audience.permit(standing.role, collection).fields { grant in
      grant.conditions.allSatisfy { (try? $0.holds(in: surroundings)) == true }
    }.fields
  }

  private func value(_ input: Expression.Input, _ rights: Audience.Rights, _ values: [Value]) -> Value? {
    switch input.root {
    case .record: return Self.value(at: rights.inputs.firstIndex(of: input), values)
    case .member where input.steps.isEmpty: return .id(member)
    case .member: return Self.value(at: audience.memberInputs.firstIndex(of: input), standing.member)
    case .household: return Self.value(at: audience.householdInputs.firstIndex(of: input), standing.household)
    case .device: return .id(device)
    case .rank: return audience.pack.roles.rank(of: standing.role).map { .int(Int64($0.rawValue)) }
    case .old, .seen, .now, .today, .written, .changed, .isNew: return nil
    }
  }

  private static func value(at position: Int?, _ values: [Value]) -> Value? {
    position.flatMap { values.indices.contains($0) ? values[$0] : nil }
  }

  /// The fields of a record that are in the view; none when the record is not: it is then answered as if it did not
  /// exist.
  ///
  /// - Parameters:
  ///   - state: the record as it stands.
  ///   - followsDeleted: whether references lead to deleted records too.
  ///   - records: finds other records as of the same moment.
  package func fields(
    of key: RecordKey, _ state: RecordState, followsDeleted: Bool = false, _ records: @escaping Audience.Lookup
  ) throws -> FieldSet {
    guard let rights = audience[key.collection] else { return FieldSet() }
    let values = try audience.values(rights, key, state, followsDeleted: followsDeleted, records)
    return fields(of: key.collection, values)
  }
}

package import HearthModel

/// What the read rights ask of a member: the role, and what the member's own record and the household's say.
package struct Standing: Hashable, Sendable {
  /// The member's role.
  package let role: String
  /// Whether the member may come in at all.
  package let mayEnter: Bool
  /// The values of ``Audience/memberInputs``.
  let member: [Value]
  /// The values of ``Audience/householdInputs``.
  let household: [Value]

  /// Of somebody who is not in the household, and sees nothing.
  package static let gone = Standing(role: "", mayEnter: false, member: [], household: [])

  /// The same member after the household's own record has changed.
  package func with(household: [Value]) -> Standing {
    Standing(role: role, mayEnter: mayEnter, member: member, household: household)
  }
}

extension Audience {
  /// Finds a record as of one moment; nil when there is none.
  package typealias Lookup = (RecordKey) throws -> RecordState?

  /// The standing of a member.
  ///
  /// - Returns: nil when the member is not in the household.
  package func standing(
    of member: RecordID, in household: HouseholdID, _ records: @escaping Lookup
  ) throws -> Standing? {
    let members = pack.collection(pack.memberCollection)!
    guard let state = try records(RecordKey(household, members.number, member)),
      state.isLive(in: members),
      let role = state.value(of: members.fields[pack.roleField.index], in: members).text,
      let rank = pack.roles.rank(of: role)
    else { return nil }
    let actor = Scene.Actor(
      member: member, role: role, rank: rank, device: nil, record: RecordFacts(state, in: members))
    let scene = scene(RecordKey(household, members.number, member), state, actor, records)
    return Standing(
      role: role, mayEnter: try pack.roles.session.map { try scene.holds($0) == true } ?? true,
      member: try memberInputs.map { try scene.value(of: $0) ?? .null },
      household: try householdValues(household, records))
  }

  /// The values of what read conditions ask of the household's own record.
  func householdValues(_ household: HouseholdID, _ records: @escaping Lookup) throws -> [Value] {
    guard !householdInputs.isEmpty else { return [] }
    let key = RecordKey(household, pack.householdCollection, household.record)
    let home = pack.collection(pack.householdCollection)!
    let facts = try records(key).map { RecordFacts($0, in: home) }
    let scene = scene(key, nil, .hub, household: facts, records)
    return try householdInputs.map { try scene.value(of: $0) ?? .null }
  }

  /// What a record says to the read conditions of its collection.
  ///
  /// - Parameter followsDeleted: whether references lead to deleted records too.
  func values(
    _ rights: Rights, _ key: RecordKey, _ state: RecordState, followsDeleted: Bool = false, _ records: @escaping Lookup
  ) throws -> [Value] {
    guard let collection = pack.collection(key.collection) else { return [] }
    return try rights.inputs.map { input in
      // Most conditions ask for a field of the record itself.
      if input.steps.count == 1, case .field(let number) = input.steps[0], let field = collection.field(number) {
        return state.value(of: field, in: collection)
      }
      return try scene(key, state, .hub, followsDeleted: followsDeleted, records).value(of: input) ?? .null
    }
  }

  /// The surroundings of a record in which no time passes: read rights depend on none.
  private func scene(
    _ key: RecordKey, _ state: RecordState?, _ actor: Scene.Actor, household: RecordFacts? = nil,
    followsDeleted: Bool = false, _ records: @escaping Lookup
  ) -> Scene {
    let collection = pack.collection(key.collection)!
    let pack = pack
    let setting = Scene.Setting(actor: actor, times: .none, household: { household }) { number, id in
      guard let target = pack.collection(number), let state = try records(RecordKey(key.household, number, id)),
        followsDeleted || state.isLive(in: target)
      else { return .none }
      return .record(RecordFacts(state, in: target))
    }
    return Scene(
      collection: collection, id: key.record, record: state.map { RecordFacts($0, in: collection) }, in: setting)
  }
}

package import HearthModel

extension InquirySight {
  /// What a member may see by the `read` rights of the pack, as the household stands when they ask.
  ///
  /// - Parameter device: the device that asks.
  package static func of(
    _ member: RecordID, device: RecordID, in household: HouseholdID, _ pack: Pack, _ reader: any InquiryReader
  ) throws -> InquirySight {
    let facts = { (collection: CollectionNumber, record: RecordID) throws -> RecordFacts? in
      guard let schema = pack.collection(collection),
        let state = try reader.record(RecordKey(household, collection, record)),
        case .live = state.recordLife(in: schema)
      else { return nil }
      return RecordFacts(state, in: schema)
    }
    let home = try facts(pack.householdCollection, household.record)
    let actor = try actor(member, device, pack, record: facts(pack.memberCollection, member))
    return InquirySight(pack: pack) { key, state in
      guard let actor, let schema = pack.collection(key.collection) else { return nil }
      let scene = Scene(
        collection: schema, id: key.record, record: RecordFacts(state, in: schema), actor: actor, times: .none,
        household: home, find: { try facts($0, $1).map { .record($0) } ?? .none })
      guard let fields = try Judge.readableFields(scene), !fields.isEmpty else { return nil }
      return fields
    }
  }

  /// The member who asks; nil when there is none any more, who may see nothing.
  private static func actor(
    _ member: RecordID, _ device: RecordID, _ pack: Pack, record: RecordFacts?
  ) throws -> Scene.Actor? {
    guard let record, let role = record.value(of: pack.roleField)?.text, let rank = pack.roles.rank(of: role) else {
      return nil
    }
    return Scene.Actor(member: member, role: role, rank: rank, device: device, record: record)
  }
}

extension Scene.Times {
  /// Rights to read ask for no time (docs/reference/pack-language.md, section 8.2).
  fileprivate static var none: Scene.Times {
    Scene.Times(now: Instant(milliseconds: 0), today: nil, written: Instant(milliseconds: 0), day: { _ in nil })
  }
}

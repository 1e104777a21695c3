internal import HearthModel

extension Admission {
  /// What expressions are evaluated in, around one record.
  ///
  /// - Parameter followsDeleted: whether references lead to deleted records too: what somebody has to do with a record
  ///   does not end when what it belongs to is deleted.
  func scene(
    _ key: RecordKey, _ collection: CollectionSchema, record: RecordState?, old: RecordState?,
    followsDeleted: Bool = false
  ) throws -> Scene {
    let facts = { (state: RecordState) in RecordFacts(state, in: collection) }
    return Scene(
      collection: collection, id: key.record, record: record.map(facts), old: old.map(facts),
      isNew: old == nil, actor: actor, times: clocks, household: try householdFacts(),
      find: finder(followsDeleted))
  }

  /// The scene of a touched record, as it is and as it was.
  func scene(_ key: RecordKey, _ touch: Stage.Touch, followsDeleted: Bool = false) throws -> Scene {
    let collection = pack.collection(key.collection)!
    var scene = try scene(
      key, collection, record: touch.after, old: touch.before, followsDeleted: followsDeleted)
    scene.changed = changedFields(touch, collection)
    return scene
  }

  /// The scene in which there is only a member.
  func bareScene(_ actor: Scene.Actor, _ clocks: Scene.Times) -> Scene {
    let members = pack.collection(pack.memberCollection)!
    return Scene(
      collection: members, id: actor.member ?? household.id.record, record: actor.record, actor: actor, times: clocks,
      household: nil, find: { _, _ in .none })
  }

  func changedFields(_ touch: Stage.Touch, _ collection: CollectionSchema) -> FieldSet {
    var fields = FieldSet(touch.referenceFields)
    for slot in touch.slots {
      for field in collection.slots[slot].fields { fields.insert(field) }
    }
    return fields
  }

  private func householdFacts() throws -> RecordFacts? {
    try stage.state(of: householdKey).map { RecordFacts($0, in: pack.collection(pack.householdCollection)!) }
  }

  private func finder(_ followsDeleted: Bool) -> (CollectionNumber, RecordID) throws -> Scene.Finding {
    { [stage, pack, id = household.id] number, record in
      let key = RecordKey(id, number, record)
      guard let collection = pack.collection(number), let state = try stage.state(of: key),
        followsDeleted || stage.isVisible(state, key)
      else { return .none }
      return .record(RecordFacts(state, in: collection))
    }
  }

  /// A rejection by a rule of the pack.
  func refuse(
    _ refusal: Refusal, _ key: RecordKey, _ collection: CollectionSchema, field: FieldNumber? = nil, rule: String,
    failed: [String] = [], otherwise message: String, holder: Write? = nil
  ) -> Rejection {
    Rejection(
      refusal.code, collection: key.collection, record: key.record, field: field, message: refusal.says ?? message,
      holder: holder, rule: "\(collection.name).\(rule)", failed: failed)
  }
}

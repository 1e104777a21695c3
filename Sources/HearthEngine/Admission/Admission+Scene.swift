internal import HearthModel

extension Admission {
  /// The scene of a record that stays as it is.
  ///
  /// - Parameter followsDeleted: whether references lead to deleted records too: what somebody has to do with a record
  ///   does not end when what it belongs to is deleted.
  func scene(
    _ key: RecordKey, _ collection: CollectionSchema, _ state: RecordState?, followsDeleted: Bool = false
  ) -> Scene {
    let facts = state.map { RecordFacts($0, in: collection) }
    return Scene(
      collection: collection, id: key.record, record: facts, old: facts, isNew: facts == nil,
      in: followsDeleted ? settingWithDeleted : setting)
  }

  /// The scene of a touched record, as it is and as it was.
  func scene(_ key: RecordKey, _ touch: Stage.Touch, followsDeleted: Bool = false) -> Scene {
    Scene(
      collection: touch.collection, id: key.record, record: touch.currentFacts, old: touch.formerFacts,
      changed: touch.changed, isNew: touch.before == nil, in: followsDeleted ? settingWithDeleted : setting)
  }

  /// The same for moves and effects, which may ask what the writer's device showed.
  func sceneAsSeen(_ key: RecordKey, _ touch: Stage.Touch) -> Scene {
    var scene = scene(key, touch)
    scene.seen = seen[key] ?? [:]
    return scene
  }

  /// The scene of a record by itself: what it counts for, and whether it takes part in something.
  func sceneAlone(_ key: RecordKey, _ collection: CollectionSchema, _ state: RecordState) -> Scene {
    Scene(collection: collection, id: key.record, record: RecordFacts(state, in: collection), isNew: true, in: setting)
  }

  /// The setting around this change set; it finds records as they are when it is asked.
  func makeSetting(_ actor: Scene.Actor, _ clocks: Scene.Times, followsDeleted: Bool) -> Scene.Setting {
    Scene.Setting(
      actor: actor, times: clocks,
      household: { [stage] in
        try stage.facts(of: stage.pack.householdCollection, stage.household.record, followsDeleted: true)
      },
      find: { [stage] number, record in
        try stage.facts(of: number, record, followsDeleted: followsDeleted).map { .record($0) } ?? .none
      })
  }

  /// A rejection by a rule of the pack.
  func refuse(
    _ refusal: Refusal, _ key: RecordKey, _ collection: CollectionSchema, field: FieldNumber? = nil, rule: String,
    failed: [String] = [], otherwise message: String, holder: Write? = nil
  ) -> Rejection {
    Judge.refused(
      refusal, by: rule, of: key.record, in: collection, field: field, failed: failed, holder: holder,
      otherwise: message)
  }
}

extension Scene.Setting {
  /// Before it is known who writes.
  static var unknown: Scene.Setting {
    Scene.Setting(actor: .hub, times: .none, household: { nil }, find: { _, _ in .none })
  }
}

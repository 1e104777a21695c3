internal import HearthModel

/// What a role may try: what its grants give, whatever they ask of the record besides.
struct RoleRights {
  private var fields: [CollectionNumber: [Access.Verb: FieldSet]] = [:]

  init(_ pack: Pack, role: String) {
    for collection in pack.collections {
      for verb in [Access.Verb.create, .update, .delete] {
        let permit = collection.permit(for: verb, role: role)
        let isGranted = !permit.always.isEmpty || !permit.conditional.isEmpty || permit.covers([])
        guard isGranted else { continue }
        fields[collection.number, default: [:]][verb] = permit.fields { _ in true }.fields
      }
    }
  }

  func mayTry(_ verb: Access.Verb, _ collection: CollectionNumber) -> Bool { fields[collection]?[verb] != nil }

  func mayTry(_ verb: Access.Verb, _ collection: CollectionNumber, _ field: FieldNumber) -> Bool {
    fields[collection]?[verb]?.contains(field) ?? false
  }
}

public import HearthModel

/// Sample data of an app: households with their devices and records.
public struct Seed: Hashable, Sendable {
  /// The app.
  public let app: String
  /// The households.
  public let households: [Household]
  /// The readable names that the seed uses for ids.
  public let names: [RecordID: String]

  /// One household.
  public struct Household: Hashable, Sendable {
    /// What people call it.
    public let label: String
    /// Its id.
    public let id: HouseholdID
    /// The devices to make credentials for.
    public let devices: [Device]
    /// The records, in the order of the file.
    public let records: [Record]
  }

  /// A device of a member.
  public struct Device: Hashable, Sendable {
    /// What people call it, as `noah-tablet`.
    public let name: String
    /// The member's record.
    public let member: RecordID

    /// Makes a device.
    public init(name: String, member: RecordID) {
      self.name = name
      self.member = member
    }
  }

  /// A record to create.
  public struct Record: Hashable, Sendable {
    /// Its collection.
    public let collection: CollectionNumber
    /// Its id, given or made of its key.
    public let id: RecordID
    /// Its fields, ascending.
    public let values: [RecordPatch.FieldValue]
    /// The line in the file.
    public let line: Int
  }
}

extension Seed {
  /// The seed with other ids for its households; every other id stays, but for those that follow from a key, and so
  /// does every value but texts that only one record of all households may have: those get a part of the household's
  /// id.
  package func renamed(_ pack: Pack, _ makeID: () -> RecordID) -> Seed {
    with(
      households.map { household in
        let id = makeID()
        let replaced = { (other: RecordID) in other == household.id.record ? id : other }
        return Household(
          label: household.label, id: HouseholdID(id), devices: household.devices,
          records: household.records.map { $0.replacing(replaced, household: HouseholdID(id), pack) })
      })
  }
}

extension Seed.Record {
  fileprivate func replacing(
    _ replaced: (RecordID) -> RecordID, household: HouseholdID, _ pack: Pack
  ) -> Seed.Record {
    let across = pack.collection(collection)?.behavior.uniques.filter(\.isAcross).flatMap(\.fields) ?? []
    let mark = String(household.record.description.prefix(8))
    let values = values.map { value in
      let value = RecordPatch.FieldValue(value.field, value.value.replacingIDs(replaced))
      guard across.contains(value.field), let text = value.value.text else { return value }
      return RecordPatch.FieldValue(value.field, .text(text.marked(mark)))
    }
    let keyed = pack.collection(collection)?.keyedID(household: household, values: values)
    return Seed.Record(collection: collection, id: keyed ?? replaced(id), values: values, line: line)
  }
}

extension Seed {
  /// The seed with other households.
  package func with(_ households: [Household]) -> Seed {
    Seed(app: app, households: households, names: names)
  }
}

extension Seed.Household {
  /// The household with other devices.
  package func with(_ devices: [Seed.Device]) -> Seed.Household {
    Seed.Household(label: label, id: id, devices: devices, records: records)
  }
}

extension String {
  /// The text with a mark that tells it from its twin in another household: in an address in front of the `@`, else at
  /// the end.
  fileprivate func marked(_ mark: String) -> String {
    guard let at = firstIndex(of: "@") else { return "\(self)-\(mark)" }
    return "\(self[..<at])+\(mark)\(self[at...])"
  }
}

extension Value {
  /// The value with other ids, also in a set.
  fileprivate func replacingIDs(_ replaced: (RecordID) -> RecordID) -> Value {
    switch self {
    case .id(let id): .id(replaced(id))
    case .list(let elements): .list(elements.map { $0.replacingIDs(replaced) }.sorted())
    case .null, .bool, .int, .decimal, .float, .text, .day, .instant, .object: self
    }
  }
}

extension CollectionSchema {
  /// The id that follows from the key of a seed's record; nil when the collection has no key or a value is missing.
  func keyedID(household: HouseholdID, values: [RecordPatch.FieldValue]) -> RecordID? {
    keyedID(household: household) { field in
      if let value = values.first(where: { $0.field == field.number }) { return value.value }
      return field.defaultValue == .household ? .id(household.record) : nil
    }
  }
}

package import HearthModel
package import HearthPack
package import HearthReplica

/// A scenario file as read: what devices do, and what everybody has to see then (docs/reference/scenarios.md).
package struct Scenario: Sendable {
  package let file: String
  package let title: String
  /// Ids of the demands that the scenario proves.
  package let proves: [String]
  /// The household of the seed.
  package let household: HouseholdID
  /// The devices in the order of the file.
  package let devices: [Seed.Device]
  package let steps: [Step]
  /// Whether it needs the clock and the inside of a hub, and so runs in this process only.
  package let isLocal: Bool
  /// Readable names for ids, from the seed and from the scenario.
  package let names: [RecordID: String]
  /// The records that the scenario names by their keys, under the ids that they have in the seed's household.
  package let keyed: [RecordID: RecordName]

  /// A record named by its collection and the values of its key.
  package struct RecordName: Hashable, Sendable {
    let collection: CollectionNumber
    let values: [FieldNumber: Value]

    /// The id of the record in a household.
    func id(in household: HouseholdID, _ pack: Pack) -> RecordID? {
      pack.collection(collection)?.keyedID(household: household) { field in
        values[field.number] ?? (field.defaultValue == .household ? .id(household.record) : nil)
      }
    }
  }

  /// One step, and where it stands.
  package struct Step: Sendable {
    package let mark: Mark
    /// The step as written, on one line.
    package let text: String
    package let action: Action
  }

  package enum Action: Sendable {
    case online([String])
    case offline([String])
    case cut([String])
    case restart([String])
    case clock(String, aheadBy: Int64)
    case edit(String, Draft, name: String?, refusal: RejectionCode?)
    /// An edit that is not made, because the device foresees that the hub would refuse it.
    case doomed(String, Draft, RejectionCode)
    /// An edit by a device whose own checks are broken or bypassed.
    case forge(String, Draft, name: String?)
    /// An edit by a service inside the hub.
    case service(Draft, refusal: RejectionCode?)
    /// The hub starts anew with another catalogue.
    case catalogue(Catalogue)
    /// So many days go by, each with the hub's daily turn.
    case days(Int)
    case resend(String)
    case sees([String], [ExpectedRecord])
    case misses([String], [ReplicaKey])
    case lacks([String], [ReplicaKey])
    case finds([String], CollectionNumber, [ExpectedField], times: Int)
    case outcome(String, ExpectedOutcome)
    case decided([String])
    case noConflicts([String])
    case outbox(String, Int)
    case rejected(String, Int)
  }

  /// What a record has to show.
  package struct ExpectedRecord: Sendable {
    package let key: ReplicaKey
    package let fields: [ExpectedField]
  }

  /// What a field, or a path of a JSON field, has to show.
  package struct ExpectedField: Sendable {
    package let field: Field
    package let path: [String]
    package let value: Value
    package let mark: Mark

    package var name: String { ([field.name] + path).joined(separator: ".") }
  }

  /// What must have become of a change set.
  package enum ExpectedOutcome: Sendable {
    case accepted
    case merged
    case rejected(ExpectedRejection)
  }

  /// What must be said of a rejected change set; nil where it does not matter.
  package struct ExpectedRejection: Sendable {
    package let code: RejectionCode
    package let holder: String?
    package let field: String?
    /// The pack's rule, as `tasks.hand_in`.
    package let rule: String?
    /// The rule's conditions that did not hold.
    package let failed: [String]
  }
}

extension Scenario.Step {
  /// Whether it can be taken only where the hub is in the same process: the inside of a hub, and values that stand only
  /// once over all its households, which a hub that others use too may have already.
  func isLocal(_ pack: Pack) -> Bool {
    switch action {
    case .forge, .service, .days, .catalogue: true
    case .edit(_, let draft, _, _): draft.writesAcrossHouseholds(pack)
    default: false
    }
  }
}

extension Draft {
  /// Whether it gives a value to a field that is unique over all households of a hub.
  fileprivate func writesAcrossHouseholds(_ pack: Pack) -> Bool {
    changes.contains { change in
      guard let collection = pack.collection(named: change.collection) else { return false }
      let across = Set(collection.behavior.uniques.filter(\.isAcross).flatMap(\.fields))
      return change.actions.contains { name, action in
        guard let field = collection.field(named: name), case .set(let value) = action else { return false }
        return across.contains(field.number) && !value.isNull
      }
    }
  }
}

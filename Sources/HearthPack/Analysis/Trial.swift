package import HearthModel

/// One change to one record as a file describes it, to be judged without a hub (docs/guides/write-a-pack.md).
package struct Trial {
  package let pack: Pack
  package let collection: CollectionSchema
  /// The member who makes the change.
  package let member: KnownRecord
  package let role: String
  package let device: RecordID?
  package let household: HouseholdID
  package let householdRecord: KnownRecord?
  /// The record.
  package let id: RecordID
  /// As it is at the hub; nil when it is created.
  package let before: KnownRecord?
  /// What the writer's device showed, where that is something else.
  package let seen: [FieldNumber: Value]
  package let kind: RecordOperation.Kind
  package let edits: [Edit]
  package let related: [Place: KnownRecord]
  /// The hub's time of the decision, and when the writer's device says the change was made.
  package let now: Instant
  package let written: Instant
  /// The names by which the file calls records.
  package let names: [RecordID: String]

  /// A record of which some values are known.
  package struct KnownRecord {
    package let collection: CollectionSchema
    package let id: RecordID
    package let values: [FieldNumber: Value]

    package var facts: RecordFacts { RecordFacts(values, in: collection) }
  }

  /// Where a record stands.
  package struct Place: Hashable {
    package let collection: CollectionNumber
    package let record: RecordID
  }

  /// Reads a trial.
  ///
  /// - Parameter now: the time of the decision where the file names none.
  /// - Throws: ``Diagnostics`` with all mistakes that one run can see.
  package static func load(_ text: String, file: String, pack: Pack, now: Instant) throws(Diagnostics) -> Trial {
    let root = try YAMLNode.read(text, file: file)
    var reader = TrialReader(pack: pack, file: file)
    let trial = reader.read(root, now: now)
    try reader.collector.throwIfAny()
    guard let trial else {
      throw Diagnostics([Diagnostic(file: file, line: 1, column: 1, code: "P005", message: "this is no trial.")])
    }
    return trial
  }

  /// The path of the pack that a trial names; nil when it names none.
  package static func packPath(_ text: String, file: String) throws(Diagnostics) -> String? {
    try YAMLNode.read(text, file: file)["pack"]?.text
  }
}

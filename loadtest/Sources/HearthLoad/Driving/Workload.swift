internal import HearthModel
internal import HearthPack

/// What the members of an app can edit at will, and edits of it.
///
/// Of each role it takes a collection with sample records in which the role may always write some text: so that edits
/// are taken in by any pack, and a rejection in a report says something of the hub. Where roles share one they edit the
/// same, and meet.
struct Workload: Sendable {
  /// What one role edits.
  struct Subject: Sendable {
    let collection: CollectionSchema
    /// One or two fields.
    let fields: [Field]
  }

  private let subjects: Subjects
  /// With the target `points_at_floor`, what is written instead of texts.
  let spending: Spending?
  private let recordsPerChangeSet: Int
  private let target: Profile.Target

  /// - Throws: ``LoadFault`` when the pack has nothing that the profile's target names.
  init(_ pack: Pack, _ household: Seed.Household, _ profile: Profile) throws {
    spending = profile.writes.target == .pointsAtFloor ? try Spending(pack, household) : nil
    subjects = Subjects(pack, household)
    recordsPerChangeSet = profile.writes.records
    target = profile.writes.target
  }

  /// Whether a member writes something.
  func mayWrite(_ member: RecordID, role: String) -> Bool { spending?.mayWrite(member) ?? (subjects[role] != nil) }

  /// What a member of a role edits; nil when the role may write no text.
  func subject(of role: String) -> Subject? { subjects[role] }

  /// One change set: the records that are next in turn get new texts.
  ///
  /// - Parameters:
  ///   - turn: rises by one with each change set of the device.
  ///   - records: those of the subject's collection that the device holds, ascending.
  ///   - versions: what the device has seen of each.
  func changes(
    _ subject: Subject, turn: Int, by device: Int, among records: [RecordID], _ versions: (RecordID) -> VersionVector
  ) -> [RecordChange] {
    guard !records.isEmpty else { return [] }
    let count = min(recordsPerChangeSet, records.count)
    let first = target == .oneRecord ? 0 : (turn &* 7 &+ device &* 3) % records.count
    return (0..<count).map { offset in
      let record = records[(first + offset) % records.count]
      return RecordChange(
        collection: subject.collection.number, record: record, kind: .update, context: versions(record),
        edits: subject.fields.map { field in
          Edit(field.number, .set(.text(Self.text(field, turn: turn, device: device))))
        })
    }
  }

  /// About as long as what people type: 24 characters, and 80 where the field takes that many.
  private static func text(_ field: Field, turn: Int, device: Int) -> String {
    let start = "Edit \(turn) by device \(device)"
    guard case .text(_, let length) = field.type, length.upperBound >= 120 else { return String(start.prefix(24)) }
    return start + ": " + String("straight after dinner, with the pans, and the table as well".prefix(60))
  }
}

extension Workload {
  /// What each role edits.
  struct Subjects: Sendable {
    private let byRole: [String: Subject]

    init(_ pack: Pack, _ household: Seed.Household) {
      let counts = Dictionary(grouping: household.records, by: \.collection).mapValues(\.count)
      let possible = pack.roles.all.map { (role: $0, subjects: Self.subjects(for: $0, pack, counts)) }
      let sharing = Dictionary(
        grouping: possible.flatMap { $0.subjects.map(\.collection.number) }, by: { $0 }
      ).mapValues(\.count)
      byRole = possible.reduce(into: [:]) { subjects, entry in
        // What changes who may see what costs more than everyday edits.
        let everyday = entry.subjects.filter { !Self.isAboutPeople($0.collection, pack) }
        subjects[entry.role] = (everyday.isEmpty ? entry.subjects : everyday).max { left, right in
          let (few, many) = (left.collection.number, right.collection.number)
          return (sharing[few] ?? 0, counts[few] ?? 0, many.rawValue) < (
            sharing[many] ?? 0, counts[many] ?? 0, few.rawValue
          )
        }
      }
    }

    private static func isAboutPeople(_ collection: CollectionSchema, _ pack: Pack) -> Bool {
      collection.number == pack.memberCollection || collection.number == pack.householdCollection
    }

    subscript(role: String) -> Subject? { byRole[role] }

    private static func subjects(
      for role: String, _ pack: Pack, _ counts: [CollectionNumber: Int]
    ) -> [Subject] {
      pack.collections.compactMap { collection -> Subject? in
        guard (counts[collection.number] ?? 0) > 0, !collection.isAppendOnly, !collection.isShared else { return nil }
        let permit = collection.permit(for: .update, role: role)
        let fields = collection.fields.filter { permit.always.contains($0.number) && isFree($0, in: collection) }
        return fields.isEmpty ? nil : Subject(collection: collection, fields: Array(fields.prefix(2)))
      }
    }

    /// Whether any short text will do.
    private static func isFree(_ field: Field, in collection: CollectionSchema) -> Bool {
      guard case .text(.plain, let length) = field.type, length.upperBound >= 24, field.isPublished,
        !field.isHubWritten, !field.marks.contains(.system), !collection.key.contains(field.number)
      else { return false }
      switch collection.rules[field.slot] {
      case .register: return true
      default: return false
      }
    }
  }
}

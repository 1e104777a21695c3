import HearthEngine
import HearthMemory
import HearthModel
import HearthSQLite
import Testing

/// Questions about the same history at two stores: the same answers, whole or page by page, and none that the change
/// sets themselves do not bear out.
struct InquiryDifference {
  let left: TestHousehold
  let right: TestHousehold

  func run() throws {
    let subjects = try self.subjects()
    for subject in subjects {
      let answer = try whole(subject, left, InquiryDesk.Bounds())
      #expect(try whole(subject, right, InquiryDesk.Bounds()) == answer, "\(subject): the stores differ")
      for (household, rows) in [(left, 1), (right, 2), (right, 7)] {
        #expect(try whole(subject, household, .tiny(rows)) == answer, "\(subject): pages of \(rows) rows differ")
      }
    }
    try checkHistories()
    try checkInbox()
  }

  private func subjects() throws -> [Inquiry.Subject] {
    let records = try left.changed().entries.map { ($0.collection, $0.record) }
    return [.conflicts, .deleted] + records.flatMap { [.explain($0, $1, nil), .history($0, $1)] }
  }

  // MARK: Asking

  private func whole(
    _ subject: Inquiry.Subject, _ household: TestHousehold, _ bounds: InquiryDesk.Bounds
  ) throws -> Answer {
    var answer = try page(subject, [], household, bounds)
    var pages = 1
    while !answer.next.isEmpty {
      pages += 1
      try #require(pages < 20_000, "\(subject): no end of pages")
      answer = answer.joined(with: try page(subject, answer.next, household, bounds))
    }
    return answer
  }

  private func page(
    _ subject: Inquiry.Subject, _ mark: [UInt8], _ household: TestHousehold, _ bounds: InquiryDesk.Bounds
  ) throws -> Answer {
    let sight = InquirySight(pack: household.pack) { key, _ in
      household.pack.collection(key.collection)?.publishedFields
    }
    return try household.store.inquire { reader in
      let desk = InquiryDesk(
        household: household.id, member: household.devices[0].entry.member, sight: sight,
        reader: reader, bounds: bounds)
      return try desk.answer(Inquiry(subject, page: mark))
    }
  }

  // MARK: What must be in the answers

  /// All change sets of the household, by dot.
  private func changes() throws -> [ChangeEntry] {
    let replicas = try left.state().replicas
    return try left.store.read { reader in
      try replicas.flatMap { replica, progress in
        try (0..<progress.counter).compactMap { try reader.change(left.id, Dot(replica, $0 + 1)) }
      }
    }
  }

  /// Each change set that names a record stands in its history, once, and the newest first.
  private func checkHistories() throws {
    let changes = try changes()
    for entry in try left.changed().entries {
      let answer = try whole(.history(entry.collection, entry.record), right, InquiryDesk.Bounds())
      guard case .history(let history) = answer.content else {
        Issue.record("no history of a record that is there")
        continue
      }
      let pack = left.pack.collection(entry.collection)!
      let expected = changes.filter { change in
        change.changeSet.changes.contains {
          $0.collection == entry.collection && $0.record == entry.record
            && ($0.kind != .update || $0.edits.contains { pack.isTold($0.field) })
        }
      }
      let told = history.entries.map(\.dot)
      #expect(Set(told).isSuperset(of: expected.map(\.dot)), "a change set is missing")
      #expect(Set(told).count == told.count, "a change set is told twice")
      let revisions = told.compactMap { answer.account(of: $0)?.revision }
      #expect(revisions == revisions.sorted(by: >) && revisions.count == told.count)
    }
  }

  /// The inbox has every open conflict of every record, once.
  private func checkInbox() throws {
    guard case .conflicts(let inbox) = try whole(.conflicts, right, InquiryDesk.Bounds()).content else { return }
    var expected = [Decision]()
    for entry in try left.changed().entries {
      let schema = left.pack.collection(entry.collection)!
      for conflict in entry.state.conflicts(in: schema)
      where conflict.subject.fields.allSatisfy(schema.isTold) {
        expected.append(Decision(collection: entry.collection, record: entry.record, conflict: conflict))
      }
    }
    let told = inbox.flatMap { record in
      record.conflicts.map { Decision(collection: record.collection, record: record.record, conflict: $0) }
    }
    #expect(Set(told) == Set(expected))
    #expect(told.count == expected.count, "a conflict is listed twice")
  }
}

extension CollectionSchema {
  /// Whether everybody may be told of a field and of those that it is in a group with.
  fileprivate func isTold(_ number: FieldNumber) -> Bool {
    guard let field = field(number) else { return false }
    return slots[field.slot].fields.allSatisfy { fields[$0.index].isPublished }
  }
}

extension InquiryDesk.Bounds {
  fileprivate static func tiny(_ rows: Int) -> InquiryDesk.Bounds {
    var bounds = InquiryDesk.Bounds()
    (bounds.pageBytes, bounds.rowsMax, bounds.deletedMax) = (rows * 100, rows, rows)
    return bounds
  }
}

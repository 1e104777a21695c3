package import HearthModel

/// Answers the questions of devices about what was decided.
///
/// A pure function of the question, what the reader shows and what the member may see; it runs beside the commit
/// thread, on a reading snapshot.
package struct InquiryDesk {
  let household: HouseholdID
  /// The member who asks.
  let member: RecordID
  let sight: InquirySight
  let reader: any InquiryReader
  let bounds: Bounds

  /// What one page may cost.
  package struct Bounds: Sendable {
    /// Bytes of a page, unless one part alone is larger.
    package var pageBytes = 64 * 1024
    /// Rows that one page looks at, whatever it finds.
    package var rowsMax = 2000
    /// Deleted records on one page: for each of them what it hides is counted.
    package var deletedMax = 100
    /// Records that are looked at to find what hangs on a deleted one.
    package var dependantsMax = 2000

    package init() {}
  }

  package init(
    household: HouseholdID, member: RecordID, sight: InquirySight, reader: any InquiryReader, bounds: Bounds = Bounds()
  ) {
    self.household = household
    self.member = member
    self.sight = sight
    self.reader = reader
    self.bounds = bounds
  }

  /// Answers a question.
  ///
  /// - Throws: what the reader throws.
  package func answer(_ inquiry: Inquiry) throws -> Answer {
    switch inquiry.subject {
    case .conflicts: return try conflicts(inquiry.page)
    case .explain(let collection, let record, let field):
      guard let seen = try sight.record(meant(RecordKey(household, collection, record)), reader) else {
        return Answer(.unknown)
      }
      return try explain(seen, field, inquiry.page)
    case .history(let collection, let record):
      guard let seen = try sight.record(meant(RecordKey(household, collection, record)), reader) else {
        return Answer(.unknown)
      }
      return try history(of: seen, inquiry.page)
    case .deleted: return try deleted(inquiry.page)
    }
  }

  /// A record by another name (docs/reference/pack-language.md, row A9).
  private func meant(_ key: RecordKey) throws -> RecordKey {
    guard let collection = sight.pack.collection(key.collection), try reader.record(key) == nil,
      let holder = try reader.holder(of: UniqueKey(name: key, app: sight.pack.name, collection: collection))
    else { return key }
    return key.of(holder.record)
  }

  // MARK: The inbox

  /// A conflict is open when the record still has it, and is listed at the revision that decided it last; so each is
  /// listed once, whichever page it falls on.
  private func conflicts(_ page: [UInt8]) throws -> Answer {
    var accounts = try AccountBook(self, tellsSight: false)
    var found = [RecordConflicts]()
    var bytes = 0
    var mark = PageMark.decided(page)
    let rows = try reader.decidedRecords(of: household, after: mark, limit: bounds.rowsMax)
    for row in rows {
      defer { mark = row }
      if let mark, mark.isSameRecord(as: row) { continue }
      guard let open = try openConflicts(row, &accounts) else { continue }
      let size = open.conflicts.reduce(64) { $0 + $1.encoded.count }
      if bytes + size > bounds.pageBytes, !found.isEmpty, let mark {
        return accounts.answer(.conflicts(found), naming: found.flatMap(\.conflicts), next: PageMark.bytes(mark))
      }
      bytes += size
      found.append(open)
    }
    let next = rows.count == bounds.rowsMax ? mark.map { PageMark.bytes($0) } ?? [] : []
    return accounts.answer(.conflicts(found), naming: found.flatMap(\.conflicts), next: next)
  }

  private func openConflicts(_ row: DecidedRecord, _ accounts: inout AccountBook) throws -> RecordConflicts? {
    guard let seen = try sight.record(RecordKey(household, row.collection, row.record), reader) else { return nil }
    let open = try seen.conflicts.filter { try accounts.lastRevision(of: $0) == row.revision }
    guard !open.isEmpty else { return nil }
    for conflict in open { try accounts.note(conflict, of: seen) }
    return RecordConflicts(collection: row.collection, record: row.record, label: seen.label, conflicts: open)
  }

  // MARK: What was deleted

  private func deleted(_ page: [UInt8]) throws -> Answer {
    var accounts = try AccountBook(self, tellsSight: false)
    var found = [DeletedRecord]()
    var mark = PageMark.changed(page)
    let rows = try reader.deletedRecords(of: household, after: mark, limit: bounds.deletedMax)
    for row in rows {
      mark = ChangedMark(row)
      guard let seen = try sight.record(RecordKey(household, row.collection, row.record), row.state),
        case .deleted(let author) = row.state.recordLife(in: seen.schema)
      else { continue }
      try accounts.note(author, of: seen)
      found.append(
        DeletedRecord(
          collection: row.collection, record: row.record, label: seen.label, author: author,
          hiddenCount: try hiddenRecords(below: seen.key)))
    }
    let next = rows.count == bounds.deletedMax ? mark.map { PageMark.bytes($0) } ?? [] : []
    return accounts.answer(.deleted(found), naming: found.map(\.author.dot), next: next)
  }

  /// Records that hang on a deleted one by `cascade`, directly or not, and would be seen otherwise.
  func hiddenRecords(below key: RecordKey) throws -> Int {
    var known: Set<RecordKey> = [key]
    var queue = [key]
    var count = 0
    while let next = queue.popLast(), known.count < bounds.dependantsMax {
      for reference in try reader.referrers(household, to: next.record) {
        let referrer = RecordKey(household, reference.collection, reference.record)
        guard let field = sight.pack.collection(reference.collection)?.field(reference.field),
          field.onDelete == .cascade, field.type.target == next.collection, known.insert(referrer).inserted,
          let state = try reader.record(referrer), state.derived.isHidden
        else { continue }
        queue.append(referrer)
        if try sight.record(referrer, state) != nil { count += 1 }
      }
    }
    return count
  }
}

internal import HearthEngine
internal import HearthModel

extension ChangedRecords.Entry {
  /// All rows of a statement that gives id, revision and state.
  static func all(_ statement: HotStatement, in table: CollectionTable) throws -> [ChangedRecords.Entry] {
    defer { statement.reset() }
    var found = [ChangedRecords.Entry]()
    while try statement.next() {
      let revision = Revision(rawValue: UInt64(bitPattern: statement.integer(1)))
      guard let record = statement.id(0) else {
        throw StoreFault.corrupt(table.name, "revision \(revision)", "an id has not 16 bytes")
      }
      found.append(
        ChangedRecords.Entry(
          collection: table.schema.number, record: record, revision: revision,
          state: try RecordState(column: statement.bytes(2), of: table, record)))
    }
    return found
  }
}

extension HotStatement {
  /// Binds the id behind which a list goes on in a mark's own revision: the mark's in its collection, nothing of
  /// earlier collections, all of later ones.
  func bind(_ position: Int32, behind mark: ChangedMark?, in table: CollectionTable) {
    if let mark, table.schema.number == mark.collection {
      bind(position, mark.record)
    } else {
      let isBehind = mark.map { table.schema.number > $0.collection } ?? true
      bind(position, isBehind ? [UInt8]() : [UInt8](repeating: 0xff, count: 17))
    }
  }
}

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

internal import HearthEngine
internal import HearthModel

extension DecidedRecord {
  /// All rows of a statement that gives revision, ordinal, collection and record.
  static func all(_ statement: HotStatement, of household: HouseholdID) throws -> [DecidedRecord] {
    var found = [DecidedRecord]()
    while try statement.next() {
      guard let collection = UInt16(exactly: statement.integer(2)), let record = statement.id(3) else {
        statement.reset()
        throw StoreFault.corrupt("hearth_decisions", "household \(household)", "a number or an id is none")
      }
      found.append(
        DecidedRecord(
          revision: Revision(rawValue: UInt64(bitPattern: statement.integer(0))), ordinal: statement.integer(1),
          collection: CollectionNumber(rawValue: collection), record: record))
    }
    return found
  }
}

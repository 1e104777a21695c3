internal import HearthEngine
internal import HearthModel

extension UniqueHolder {
  /// Reads who has a value that stands once; nil when nobody has.
  init?(of key: UniqueKey, _ statement: HotStatement) throws {
    statement.bind(1, key.bytes)
    guard try statement.next() else { return nil }
    defer { statement.reset() }
    guard let household = RecordID(statement.text(0)), let record = statement.id(2),
      let collection = UInt16(exactly: statement.integer(1))
    else { throw StoreFault.corrupt("hearth_uniques", "a key", "a number or an id is none") }
    self.init(household: HouseholdID(household), collection: CollectionNumber(rawValue: collection), record: record)
  }
}

internal import GRDB
internal import HearthEngine
internal import HearthModel

/// The changed rows of all collections in one order: by revision, collection, record.
///
/// Each collection gives its rows in the order of its index, and only as many as are asked for; the smallest of the
/// first rows comes next. In one SQL statement that would be a union of sixteen parts, which SQLite merges pair by
/// pair.
struct ChangedRecordsMerge {
  private var sources: [Source] = []

  /// A collection that has a row left; the statement stands on it.
  fileprivate struct Source {
    let table: CollectionTable
    let statement: HotStatement
    var revision: Int64
  }

  init(
    _ statements: [(table: CollectionTable, statement: HotStatement)], household: Int64, after revision: Revision
  ) throws {
    for (table, statement) in statements {
      statement.bind(1, household)
      statement.bind(2, Int64(clamping: revision.rawValue))
      if try statement.next() {
        sources.append(Source(table: table, statement: statement, revision: statement.integer(1)))
      }
    }
  }

  /// The next row and the bytes of its state; nil when there is none.
  mutating func next() throws -> (entry: ChangedRecords.Entry, bytes: Int)? {
    // The sources are in the order of their collections, and the first of equal minima is taken.
    guard let position = sources.indices.min(by: { sources[$0].revision < sources[$1].revision }) else { return nil }
    let source = sources[position]
    let result = try source.entry()
    if try source.statement.next() {
      sources[position].revision = source.statement.integer(1)
    } else {
      sources.remove(at: position)
    }
    return result
  }

  /// Leaves the rows that have not been asked for.
  func end() {
    for source in sources { source.statement.reset() }
  }
}

extension ChangedRecordsMerge.Source {
  fileprivate func entry() throws -> (entry: ChangedRecords.Entry, bytes: Int) {
    guard let record = statement.id(0) else {
      throw StoreFault.corrupt(table.name, "revision \(revision)", "an id has not 16 bytes")
    }
    let bytes = statement.bytes(2)
    let entry = ChangedRecords.Entry(
      collection: table.schema.number, record: record, revision: Revision(rawValue: UInt64(bitPattern: revision)),
      state: try RecordState(column: bytes, of: table, record))
    return (entry, bytes.count)
  }
}

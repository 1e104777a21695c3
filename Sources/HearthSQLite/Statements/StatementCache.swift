internal import GRDB
internal import HearthModel

/// The prepared statements of the writing connection.
///
/// A collection of 28 fields has 2^28 sets of fields that an update can change, so that their number has to be bounded;
/// an app uses a few dozen of them.
struct StatementCache {
  /// What a statement does with a collection's tables.
  enum Purpose: Hashable {
    case select
    case selectIDs
    case insert
    case update([FieldNumber])
    case deleteSide(Int)
    case insertSide(Int)
  }

  private struct Key: Hashable {
    let table: Int
    let purpose: Purpose
  }

  private let database: Database
  private var fixed: [HotStatement?]
  private var ofTables: RecentCache<Key, HotStatement>

  init(_ database: Database, countMax: Int) {
    self.database = database
    fixed = Array(repeating: nil, count: HubStatement.allCases.count)
    ofTables = RecentCache(countMax: countMax)
  }

  /// A statement on the hub's own tables.
  mutating func statement(_ statement: HubStatement) throws -> HotStatement {
    if let prepared = fixed[statement.rawValue] { return prepared }
    let prepared = HotStatement(try database.makeStatement(sql: statement.sql))
    fixed[statement.rawValue] = prepared
    return prepared
  }

  /// A statement on a collection's tables, prepared from the given text when it is not there.
  mutating func statement(_ purpose: Purpose, of table: CollectionTable, _ sql: () -> String) throws -> HotStatement {
    let key = Key(table: table.ordinal, purpose: purpose)
    if let prepared = ofTables[key] { return prepared }
    let prepared = HotStatement(try database.makeStatement(sql: sql()))
    ofTables[key] = prepared
    return prepared
  }
}

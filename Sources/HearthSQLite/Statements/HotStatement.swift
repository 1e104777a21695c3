internal import GRDB
internal import GRDBSQLite
internal import HearthModel

/// A prepared statement of the hot path.
///
/// GRDB compiles and owns it; values are bound and rows read through SQLite's C interface, without a box for each value
/// (docs/internals/sqlite-store.md has the numbers).
struct HotStatement {
  private let statement: Statement
  let handle: OpaquePointer

  init(_ statement: Statement) {
    self.statement = statement
    handle = statement.sqliteStatement
  }

  // MARK: Binding, from position 1

  func bind(_ position: Int32, _ number: Int64) { check(sqlite3_bind_int64(handle, position, number)) }

  func bindNull(_ position: Int32) { check(sqlite3_bind_null(handle, position)) }

  func bind(_ position: Int32, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      // An empty array has no address, and SQLite reads a null address as NULL.
      check(
        bytes.isEmpty
          ? sqlite3_bind_zeroblob(handle, position, 0)
          : sqlite3_bind_blob64(handle, position, bytes.baseAddress, UInt64(bytes.count), transient))
    }
  }

  func bind(_ position: Int32, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      // As above: an empty text may have no address.
      guard let start = bytes.baseAddress, !bytes.isEmpty else {
        return check(sqlite3_bind_text(handle, position, "", 0, transient))
      }
      start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { characters in
        check(sqlite3_bind_text(handle, position, characters, Int32(bytes.count), transient))
      }
    }
  }

  func bind(_ position: Int32, _ id: RecordID) {
    withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { bytes in
      check(sqlite3_bind_blob64(handle, position, bytes.baseAddress, 16, transient))
    }
  }

  func bind(_ position: Int32, _ id: RecordID?) {
    if let id { bind(position, id) } else { bindNull(position) }
  }

  /// Binds a shown value in the form of its column (docs/internals/sqlite-store.md, "Columns").
  func bind(_ position: Int32, _ value: Value) {
    switch value {
    case .null: bindNull(position)
    case .bool(let value): bind(position, value ? 1 : 0)
    case .int(let number): bind(position, number)
    case .decimal(let number): bind(position, number.units)
    case .float(let number): check(sqlite3_bind_double(handle, position, number))
    case .text(let text): bind(position, text)
    case .id(let id): bind(position, id)
    case .day(let day): bind(position, day.description)
    case .instant(let instant): bind(position, instant.milliseconds)
    case .list, .object: bind(position, value.json)
    }
  }

  /// Binding fails when a position does not exist or memory is out; both leave nothing to go on with.
  private func check(_ code: Int32) {
    precondition(code == SQLITE_OK, "binding a value gave \(code) in: \(statement.sql)")
  }

  // MARK: Running

  /// Runs a statement that gives no rows.
  func run() throws(DatabaseError) {
    let code = sqlite3_step(handle)
    sqlite3_reset(handle)
    guard code == SQLITE_DONE else { throw error() }
  }

  /// Goes to the next row; false, and ready for the next use, when there is none.
  func next() throws(DatabaseError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      sqlite3_reset(handle)
      return false
    default:
      sqlite3_reset(handle)
      throw error()
    }
  }

  /// Leaves the rest of the rows.
  func reset() { sqlite3_reset(handle) }

  private func error() -> DatabaseError {
    let connection = sqlite3_db_handle(handle)
    return DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
      message: String(cString: sqlite3_errmsg(connection)), sql: statement.sql)
  }

  // MARK: Columns of the row, from position 0

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func bytes(_ column: Int32) -> [UInt8] {
    // https://www.sqlite.org/c3ref/column_blob.html: "The safest policy is to invoke these routines in one of the
    // following ways: sqlite3_column_blob() followed by sqlite3_column_bytes()".
    let start = sqlite3_column_blob(handle, column)
    return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  func text(_ column: Int32) -> String {
    sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
  }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  /// The id in a column; nil when it has not 16 bytes.
  func id(_ column: Int32) -> RecordID? {
    guard let start = sqlite3_column_blob(handle, column), sqlite3_column_bytes(handle, column) == 16 else {
      return nil
    }
    let high = UInt64(bigEndian: start.loadUnaligned(as: UInt64.self))
    return RecordID(high: high, low: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }
}

/// `SQLITE_TRANSIENT`, a macro that Swift cannot import. https://www.sqlite.org/c3ref/c_static.html: it "means that the
/// content will likely change in the near future and that SQLite should make its own private copy".
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

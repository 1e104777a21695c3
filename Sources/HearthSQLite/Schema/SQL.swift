internal import HearthModel

extension String {
  /// The name as an SQL identifier. Pack names are `[a-z][a-z0-9_]*`, so that quotes keep keywords such as `order`
  /// from meaning anything, and nothing needs to be escaped.
  var quoted: String { "\"\(self)\"" }
}

extension FieldType {
  /// The type of the column that holds a field's shown value.
  var columnType: String {
    switch self {
    case .text, .choice, .date, .set, .json: "TEXT"
    case .int, .decimal, .bool, .time: "INTEGER"
    case .float: "REAL"
    case .uuid, .reference: "BLOB"
    }
  }

  /// What a reader of `.schema` has to know to understand the column.
  func columnComment(in pack: Pack) -> String {
    switch self {
    case .text, .int, .float, .choice: name
    case .decimal(_, let scale): "\(name), in units of 10^-\(scale)"
    case .bool: "bool, 0 or 1"
    case .date: "date, yyyy-mm-dd"
    case .time: "time, milliseconds since 1970 in UTC"
    case .uuid: "uuid, 16 bytes"
    case .reference(let target): "\(Self.tableName(of: target, in: pack)).id"
    case .set(let element, let maximum):
      "at most \(maximum) of \(element.columnComment(in: pack)) as an ascending JSON array, ids as UUID text"
    case .json: "JSON object"
    }
  }

  private static func tableName(of target: CollectionNumber, in pack: Pack) -> String {
    CollectionTable.name(app: pack.name, collection: pack.collection(target)?.name ?? "")
  }

  /// An SQL expression that shows a column's value as people read it.
  func readable(_ column: String) -> String {
    switch self {
    case .text, .int, .float, .bool, .choice, .date, .set, .json: column
    case .uuid, .reference: Self.readableID(column)
    case .time: "strftime('%Y-%m-%dT%H:%M:%fZ', \(column) / 1000.0, 'unixepoch')"
    case .decimal(_, 0): column
    case .decimal(_, let scale):
      // In integers: a double does not hold 18 digits.
      "iif(\(column) < 0, '-', '') || (abs(\(column)) / \(Int64(powerOfTen: scale))) || '.'"
        + " || printf('%0\(scale)d', abs(\(column)) % \(Int64(powerOfTen: scale)))"
    }
  }

  /// An SQL expression that shows 16 bytes as UUID text.
  static func readableID(_ column: String) -> String {
    let digits = "hex(\(column))"
    let parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)].map { "substr(\(digits), \($0.0), \($0.1))" }
    return "lower(\(parts.joined(separator: " || '-' || ")))"
  }
}

extension Int64 {
  /// 10 to the power of a decimal's scale, at most 18.
  fileprivate init(powerOfTen exponent: UInt8) {
    self = (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}

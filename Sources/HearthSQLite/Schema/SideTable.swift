internal import HearthModel

/// An index over the elements of a set, the leaves of a JSON field or the words of a text.
///
/// SQLite indexes expressions with one value for each row, so that what has many values in a row gets a table: one row
/// for each element or leaf. It is rewritten when the field changes.
struct SideTable: Sendable {
  let name: String
  let field: Field
  private let kind: Kind
  private let isGlobal: Bool

  private enum Kind {
    case elements(columnType: String)
    case leaves
    case words
  }

  /// One row: the columns behind the household and the record.
  struct Row {
    let values: [Value]
  }

  init?(_ index: CollectionSchema.Index, of schema: CollectionSchema, tableName: String) {
    switch index.content {
    case .columns: return nil
    case .elements(let number):
      field = schema.fields[number.index]
      guard case .set(let element, _) = field.type else { return nil }
      kind = .elements(columnType: element.columnType)
    case .path(let number):
      field = schema.fields[number.index]
      kind = .leaves
    case .words(let number):
      field = schema.fields[number.index]
      kind = .words
    }
    name = "\(tableName)_\(index.name)"
    isGlobal = index.isGlobal
  }

  private var columns: [(name: String, type: String)] {
    switch kind {
    case .elements(let type): [("element", type)]
    case .leaves: [("path", "TEXT"), ("value", "TEXT")]
    case .words: [("word", "TEXT")]
    }
  }

  /// The statements that make it.
  var creation: [String] {
    let definitions = columns.map { "  \($0.name) \($0.type) NOT NULL,\n" }.joined()
    let names = columns.map(\.name)
    let key = (isGlobal ? names + ["_household"] : ["_household"] + names) + ["id"]
    let table = """
      CREATE TABLE \(name.quoted) (
        _household INTEGER NOT NULL,
        id BLOB NOT NULL,
      \(definitions)  PRIMARY KEY (\(key.joined(separator: ", ")))
      ) STRICT, WITHOUT ROWID
      """
    return [table, "CREATE INDEX \("\(name)_id".quoted) ON \(name.quoted) (_household, id)"]
  }

  /// What the planner is to expect of it.
  var estimates: [PlannerEstimate] {
    let values = columns.map { _ in PlannerEstimate.Column.value }
    return [
      PlannerEstimate(
        table: name, index: name, columns: (isGlobal ? values + [.household] : [.household] + values) + [.record]),
      PlannerEstimate(table: name, index: "\(name)_id", columns: [.household, .value]),
    ]
  }

  /// All rows of a record: household, id.
  var delete: String { "DELETE FROM \(name.quoted) WHERE _household = ?1 AND id = ?2" }

  /// A row: household, id, then its values.
  var insert: String {
    let places = (1...columns.count + 2).map { "?\($0)" }.joined(separator: ", ")
    let names = (["_household", "id"] + columns.map(\.name)).joined(separator: ", ")
    return "INSERT INTO \(name.quoted) (\(names)) VALUES (\(places))"
  }

  /// The rows that the shown value of the field means.
  func rows(of value: Value) -> [Row] {
    switch kind {
    case .elements: (value.elements ?? []).map { Row(values: [$0]) }
    case .leaves:
      Document.leaves(of: value, at: []).filter { !$0.path.isEmpty }
        .map { Row(values: [.text(Self.text(of: $0.path)), .text($0.value.description)]) }
    case .words: IndexWords.words(of: value.text ?? "").map { Row(values: [.text($0)]) }
    }
  }

  /// The path as SQLite's `json_tree` writes it in `fullkey`, so that it can be given to `json_extract` as it stands:
  /// `$.tasks.create`, with keys that are not letters and digits in quotes.
  static func text(of path: Document.Path) -> String {
    path.reduce("$") { text, key in
      let beginsWithLetter = key.utf8.first.map { $0.isASCIILetter } ?? false
      let isPlain = beginsWithLetter && key.utf8.allSatisfy { $0.isASCIILetter || $0.isDigit }
      return text + "." + (isPlain ? key : key.jsonQuoted)
    }
  }
}

extension UInt8 {
  fileprivate var isASCIILetter: Bool { (97...122).contains(self) || (65...90).contains(self) }
  fileprivate var isDigit: Bool { (48...57).contains(self) }
}

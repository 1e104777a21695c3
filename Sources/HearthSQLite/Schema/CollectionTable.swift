internal import HearthModel

/// The table of a collection: the shown value of each field in a column of its own, for whoever asks in SQL, beside the
/// merge state, which is the truth.
///
/// The hub's own columns begin with `_`, which no field's name does.
struct CollectionTable: Sendable {
  let name: String
  /// Its place among the tables of all packs.
  let ordinal: Int
  let schema: CollectionSchema
  /// Indexes that SQLite cannot keep of itself.
  let sideTables: [SideTable]
  private let columns: [Column]

  private struct Column {
    let field: Field
    let comment: String
  }

  init(_ schema: CollectionSchema, in pack: Pack, ordinal: Int) {
    self.ordinal = ordinal
    let name = Self.name(app: pack.name, collection: schema.name)
    self.name = name
    self.schema = schema
    columns = schema.fields.map { Column(field: $0, comment: $0.type.columnComment(in: pack)) }
    sideTables = schema.indexes.compactMap { SideTable($0, of: schema, tableName: name) }
  }

  static func name(app: String, collection: String) -> String { "\(app)_\(collection)" }

  /// All names that the collection takes in the database.
  var names: [String] {
    [name, viewName, revisionIndexName, deletedIndexName] + schema.indexes.map { "\(name)_\($0.name)" }
  }

  private var viewName: String { "\(name)_live" }
  private var revisionIndexName: String { "\(name)__revision" }
  private var deletedIndexName: String { "\(name)__deleted" }

  // MARK: Creation

  /// The statements that make the table, its indexes and its view.
  var creation: [String] { [table, revisionIndex, deletedIndex] + indexes + sideTables.flatMap(\.creation) + [view] }

  private var table: String {
    let fields = columns.map { "  \($0.field.name.quoted) \($0.field.type.columnType), -- \($0.comment)\n" }
    return """
      CREATE TABLE \(name.quoted) (
        _household INTEGER NOT NULL, -- hearth_households.number
        id BLOB NOT NULL, -- UUID, 16 bytes
        _revision INTEGER NOT NULL, -- the last that changed the record
        _life INTEGER NOT NULL, -- 0 live, 1 deleted, 2 hidden by the delete of a record it depends on
      \(fields.joined())  _state BLOB NOT NULL, -- who wrote what, and what has not been settled: the truth
        PRIMARY KEY (_household, id)
      ) STRICT, WITHOUT ROWID
      """
  }

  /// Finds what changed since a cursor (P11).
  private var revisionIndex: String {
    "CREATE INDEX \(revisionIndexName.quoted) ON \(name.quoted) (_household, _revision)"
  }

  /// Finds what is deleted; what is not is not in it.
  private var deletedIndex: String {
    "CREATE INDEX \(deletedIndexName.quoted) ON \(name.quoted) (_household, _revision) WHERE _life = 1"
  }

  private var indexes: [String] {
    schema.indexes.compactMap { index in
      guard case .columns(let columns) = index.content else { return nil }
      let terms = columns.map { column in
        let name = schema.fields[column.field.index].name.quoted
        return (column.isFolded ? "lower(\(name))" : name) + (column.isDescending ? " DESC" : "")
      }
      let covers = index.covers.map { schema.fields[$0.index].name.quoted }
      let list = ((index.isGlobal ? [] : ["_household"]) + terms + covers).joined(separator: ", ")
      let condition = index.condition.map { " WHERE \(SQLCondition(schema: schema).text(of: $0))" } ?? ""
      return "CREATE INDEX \("\(name)_\(index.name)".quoted) ON \(name.quoted) (\(list))\(condition)"
    }
  }

  /// What the planner is to expect of the table and of all its indexes.
  var estimates: [PlannerEstimate] {
    let columnIndexes = schema.indexes.compactMap { index -> PlannerEstimate? in
      guard case .columns(let columns) = index.content else { return nil }
      let values = Array(repeating: PlannerEstimate.Column.value, count: columns.count + index.covers.count)
      return PlannerEstimate(
        table: name, index: "\(name)_\(index.name)", columns: (index.isGlobal ? [] : [.household]) + values,
        isPartial: index.condition != nil)
    }
    let own = [
      PlannerEstimate(table: name, index: name, columns: [.household, .record]),
      PlannerEstimate(table: name, index: revisionIndexName, columns: [.household, .value]),
      PlannerEstimate(table: name, index: deletedIndexName, columns: [.household, .value], isPartial: true),
    ]
    return own + columnIndexes + sideTables.flatMap(\.estimates)
  }

  /// The records that are there, with ids, times and decimals as text, for people.
  private var view: String {
    let fields = schema.fields.map { field in
      ",\n  \(field.type.readable("t.\(field.name.quoted)")) AS \(field.name.quoted)"
    }
    return """
      CREATE VIEW \(viewName.quoted) AS SELECT
        h.uuid AS _household,
        \(FieldType.readableID("t.id")) AS id,
        t._revision\(fields.joined())
      FROM \(name.quoted) AS t JOIN hearth_households AS h ON h.number = t._household
      WHERE t._life = 0
      """
  }

  // MARK: Reading and writing

  /// The ids of all records: household.
  var selectIDs: String { "SELECT id FROM \(name.quoted) WHERE _household = ?1 ORDER BY id" }

  /// The state of a record: household, id.
  var selectState: String { "SELECT _state FROM \(name.quoted) WHERE _household = ?1 AND id = ?2" }

  /// What changed: household, revision.
  var selectChanged: String {
    "SELECT id, _revision, _state FROM \(name.quoted) WHERE _household = ?1 AND _revision > ?2 ORDER BY _revision, id"
  }

  /// The deleted records behind a place, the oldest first: household, last revision, revision, id, count.
  var selectOldestDeleted: String {
    """
    SELECT id, _revision, _state FROM \(name.quoted)
    WHERE _household = ?1 AND _life = 1 AND _revision <= ?2 AND (_revision > ?3 OR (_revision = ?3 AND id > ?4))
    ORDER BY _revision, id LIMIT ?5
    """
  }

  /// A record with its last revision: household, id.
  var selectEntry: String { "SELECT id, _revision, _state FROM \(name.quoted) WHERE _household = ?1 AND id = ?2" }

  /// A record that goes for ever: household, id.
  var delete: String { "DELETE FROM \(name.quoted) WHERE _household = ?1 AND id = ?2" }

  /// A new record: household, id, revision, life, state, then all fields in their order.
  var insert: String {
    let names = ["_household", "id", "_revision", "_life", "_state"] + schema.fields.map(\.name.quoted)
    let places = (1...names.count).map { "?\($0)" }.joined(separator: ", ")
    return "INSERT INTO \(name.quoted) (\(names.joined(separator: ", "))) VALUES (\(places))"
  }

  /// A record that changed: as for `insert`, with the given fields only. What is not named keeps its place in its
  /// indexes; that is what makes an update cheap.
  func update(_ fields: [FieldNumber]) -> String {
    let assignments = fields.enumerated().map { position, field in
      ", \(schema.fields[field.index].name.quoted) = ?\(position + 6)"
    }
    return "UPDATE \(name.quoted) SET _revision = ?3, _life = ?4, _state = ?5\(assignments.joined())"
      + " WHERE _household = ?1 AND id = ?2"
  }
}

extension RecordLife {
  /// The value of `_life`.
  var column: Int64 {
    switch self {
    case .live: 0
    case .deleted: 1
    case .hidden: 2
    }
  }
}

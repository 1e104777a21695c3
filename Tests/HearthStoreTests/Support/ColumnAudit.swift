import Foundation
import GRDB
import HearthEngine
import HearthModel
import Testing

/// Checks that the columns of every table say what the merge states say.
struct ColumnAudit {
  let onlooker: Onlooker
  let pack: Pack

  /// Compares every row of every collection; gives how many there were.
  func run() throws -> Int {
    var count = 0
    for collection in pack.collections {
      for row in try onlooker.rows("SELECT * FROM \(pack.name)_\(collection.name)") {
        let state = try RecordState(encoded: [UInt8](row["_state"] as Data))
        for field in collection.fields {
          let expected = state.value(of: field, in: collection)
          #expect(row[field.name] == column(expected), "\(collection.name).\(field.name)")
        }
        #expect(row["_life"] == life(state.recordLife(in: collection)).databaseValue)
        count += 1
      }
      for index in collection.indexes { try compare(index, of: collection) }
    }
    return count
  }

  private func column(_ value: Value) -> DatabaseValue {
    switch value {
    case .null: .null
    case .bool(let value): (value ? 1 : 0).databaseValue
    case .int(let number): number.databaseValue
    case .decimal(let number): number.units.databaseValue
    case .float(let number): number.databaseValue
    case .text(let text): text.databaseValue
    case .id(let id): Data(id.bytes).databaseValue
    case .day(let day): day.description.databaseValue
    case .instant(let instant): instant.milliseconds.databaseValue
    case .list, .object: value.json.databaseValue
    }
  }

  private func life(_ life: RecordLife) -> Int {
    switch life {
    case .live: 0
    case .deleted: 1
    case .hidden: 2
    }
  }

  /// An index in a table of its own has exactly what SQLite finds in the column.
  private func compare(_ index: CollectionSchema.Index, of collection: CollectionSchema) throws {
    let table = "\(pack.name)_\(collection.name)"
    switch index.content {
    case .columns: return
    case .elements(let number):
      let field = collection.fields[number.index]
      let isID = field.type.target != nil
      let element = isID ? "lower(hex(element))" : "element"
      let expected = isID ? "replace(e.value, '-', '')" : "e.value"
      #expect(
        try onlooker.lines("SELECT _household, id, \(element) FROM \(table)_\(index.name) ORDER BY 1, 2, 3")
          == onlooker.lines(
            "SELECT _household, t.id, \(expected) FROM \(table) AS t, json_each(t.\(field.name)) AS e ORDER BY 1, 2, 3")
      )
    case .words(let number):
      let field = collection.fields[number.index]
      let indexed = try onlooker.rows("SELECT hex(id) AS id, word FROM \(table)_\(index.name) ORDER BY 1, 2")
      let texts = try onlooker.rows("SELECT hex(id) AS id, \(field.name) AS text FROM \(table) ORDER BY 1")
      let words = texts.flatMap { row in
        IndexWords.words(of: row["text"] ?? "").map { "\(row["id"] as String)|\($0)" }
      }
      #expect(indexed.map { "\($0["id"] as String)|\($0["word"] as String)" } == words)
    case .path(let number):
      let field = collection.fields[number.index]
      let indexed = try onlooker.lines("SELECT _household, id, path FROM \(table)_\(index.name) ORDER BY 1, 2, 3")
      let found = try onlooker.lines(
        """
        SELECT _household, t.id, e.fullkey FROM \(table) AS t, json_tree(t.\(field.name)) AS e
        WHERE e.atom IS NOT NULL ORDER BY 1, 2, 3
        """)
      #expect(indexed == found)
    }
  }
}

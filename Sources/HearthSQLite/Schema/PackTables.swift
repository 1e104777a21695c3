internal import HearthEngine
internal import HearthModel

/// A pack and the tables of its collections.
struct PackTables: Sendable {
  let pack: Pack
  /// The table of the collection with number `n` stands at `n - 1`.
  let collections: [CollectionTable]

  private init(_ pack: Pack, firstOrdinal: Int) {
    self.pack = pack
    collections = pack.collections.map { CollectionTable($0, in: pack, ordinal: firstOrdinal + $0.number.index) }
  }

  /// The tables of all packs, by app.
  ///
  /// - Throws: when two things would have the same name: `a` with `b_c` and `a_b` with `c` both ask for `a_b_c`.
  static func all(of packs: [String: Pack]) throws(StoreFault) -> [String: PackTables] {
    var all: [String: PackTables] = [:]
    var count = 0
    for (app, pack) in packs.sorted(by: { $0.key < $1.key }) {
      all[app] = PackTables(pack, firstOrdinal: count)
      count += pack.collections.count
    }
    try checkNames(of: all.values.sorted { $0.pack.name < $1.pack.name })
    return all
  }

  /// The table of a collection; nil when the pack has none with this number.
  func table(_ number: CollectionNumber) -> CollectionTable? {
    collections.indices.contains(number.index) ? collections[number.index] : nil
  }

  private static func checkNames(of packs: [PackTables]) throws(StoreFault) {
    var owners: [String: String] = [:]
    for pack in packs {
      for table in pack.collections {
        for name in table.names {
          let owner = "`\(table.schema.name)` of `\(pack.pack.name)`"
          if let other = owners.updateValue(owner, forKey: name) {
            let what = "would both have a table, index or view `\(name)` in the database"
            throw StoreFault(.exists, "\(other) and \(owner) \(what). Rename a collection or an index.")
          }
        }
      }
    }
  }
}

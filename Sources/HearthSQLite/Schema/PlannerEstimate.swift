/// A row of `sqlite_stat1`: how many rows an index has, and how many share its first columns.
///
/// Without such rows SQLite takes a household to have ten records in a table, and reads them all instead of looking a
/// status or a date up. The rows are written once, as for a grown hub, so that plans do not depend on what was in the
/// tables when somebody measured; `ANALYZE` replaces them by what it finds.
struct PlannerEstimate {
  let table: String
  let index: String
  let text: String

  private static let rows = 1_000_000
  private static let perHousehold = 1000
  /// How much one more column narrows the search.
  private static let narrowing = 10

  /// - Parameters:
  ///   - columns: the columns of the index beside the household and the record.
  ///   - isGlobal: whether they stand before the household.
  ///   - isUnique: whether the index ends with the record, so that all its columns together find one row.
  init(table: String, index: String, columns: Int, isGlobal: Bool = false, isUnique: Bool = false) {
    self.table = table
    self.index = index
    let narrowed = (0..<columns + 1).reduce(into: [isGlobal ? Self.rows : Self.perHousehold]) { counts, _ in
      counts.append(max(counts.last! / Self.narrowing, 2))
    }
    let prefix = isGlobal ? Array(narrowed.dropFirst()) : Array(narrowed.prefix(columns + 1))
    let counts = [Self.rows] + prefix + (isUnique ? [1] : [])
    text = counts.map(String.init).joined(separator: " ")
  }
}

/// A row of `sqlite_stat1`: how many rows an index has, and how many share its first columns.
///
/// Without such rows SQLite takes a household to have ten records in a table, and reads them all instead of looking a
/// status or a date up. The rows are written once, as for a grown hub, so that plans do not depend on what was in the
/// tables when somebody measured; `ANALYZE` replaces them by what it finds.
struct PlannerEstimate {
  let table: String
  let index: String
  let text: String

  /// A column of an index, by how much it narrows a search.
  enum Column {
    case household, value, record
  }

  private static let rows = 1_000_000
  private static let households = 1000
  /// How many times fewer rows share one more value.
  private static let narrowing = 10

  /// How many times fewer rows an index with a condition has.
  private static let partialNarrowing = 100

  /// - Parameters:
  ///   - columns: those of the index, in their order.
  ///   - isPartial: whether it holds only records that meet a condition.
  init(table: String, index: String, columns: [Column], isPartial: Bool = false) {
    self.table = table
    self.index = index
    var counts = [isPartial ? Self.rows / Self.partialNarrowing : Self.rows]
    for column in columns {
      switch column {
      case .household: counts.append(max(counts.last! / Self.households, 2))
      case .value: counts.append(max(counts.last! / Self.narrowing, 2))
      case .record: counts.append(1)
      }
    }
    text = counts.map(String.init).joined(separator: " ")
  }
}

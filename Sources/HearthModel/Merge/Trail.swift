/// What a record showed after each change set that altered it, as far as rules ask what a writer had seen.
///
/// A device has everything up to some revision, and its own change sets beyond; so what it showed is the last row that
/// its context covers, with its own writes over it where others came in between.
public struct Trail: Hashable, Sendable {
  /// Rows that are kept; a writer who has seen less is judged by the record as it stands.
  static let rowsMax = 32

  /// The rows in the hub's order.
  package private(set) var rows: [Row] = []
  /// Whether older rows have been dropped.
  package private(set) var isCut = false

  /// The empty trail.
  public init() {}

  package init(rows: [Row], isCut: Bool) {
    self.rows = rows
    self.isCut = isCut
  }

  /// What one change set left.
  public struct Row: Hashable, Sendable {
    /// The change set.
    public let dot: Dot
    /// What the tracked fields showed afterwards.
    public let shown: [RecordPatch.FieldValue]
    /// What the change set itself wrote of them.
    public let wrote: [RecordPatch.FieldValue]

    package init(dot: Dot, shown: [RecordPatch.FieldValue], wrote: [RecordPatch.FieldValue]) {
      self.dot = dot
      self.shown = shown
      self.wrote = wrote
    }
  }

  /// Adds a row.
  package mutating func append(_ row: Row) {
    rows.append(row)
    if rows.count > Self.rowsMax {
      rows.removeFirst(rows.count - Self.rowsMax)
      isCut = true
    }
  }

  /// What a device showed that had seen a context and wrote under a replica number.
  ///
  /// - Returns: the tracked fields; nil when the past that it had seen is not held any more.
  package func values(seenBy context: VersionVector, _ replica: ReplicaNumber) -> [FieldNumber: Value]? {
    var values: [FieldNumber: Value]?
    var hasGap = false
    for row in rows {
      guard context.covers(row.dot) else {
        hasGap = true
        continue
      }
      if hasGap, row.dot.replica == replica {
        for pair in row.wrote { values?[pair.field] = pair.value }
      } else {
        values = Dictionary(row.shown.map { ($0.field, $0.value) }) { $1 }
        hasGap = false
      }
    }
    return values
  }
}

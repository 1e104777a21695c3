internal import HearthEngine
internal import HearthModel

extension ChangeEntry {
  /// Reads the row on which the statement `HubStatement.change` stands.
  init(_ dot: Dot, _ household: HouseholdID, row: HotStatement) throws(StoreFault) {
    guard let rank = UInt8(exactly: row.integer(5)), row.isNull(4) || row.id(4) != nil else {
      throw .corrupt("hearth_changes", "change set \(dot) of household \(household)", "the member or the rank is none")
    }
    do {
      self.init(
        dot: dot, revision: Revision(rawValue: UInt64(bitPattern: row.integer(0))),
        at: Instant(milliseconds: row.integer(1)), stamp: HybridTime(rawValue: UInt64(bitPattern: row.integer(2))),
        offset: ClockOffset(milliseconds: row.integer(3)), member: row.id(4), rank: Rank(rawValue: rank),
        verdict: try Outcome.Verdict(encoded: row.bytes(6)), contentHash: row.bytes(7),
        changeSet: try ChangeSet(encoded: row.bytes(8)))
    } catch {
      throw .corrupt("hearth_changes", "change set \(dot) of household \(household)", "\(error)")
    }
  }
}

internal import HearthEngine
internal import HearthModel

extension Remnant {
  /// Reads what stays of a change set; nil when it is whole, or was never decided.
  init?(_ dot: Dot, number: Int64, _ statement: HotStatement) throws {
    // A counter beyond 63 bits is in no row; it may come from a device, in `formerly`.
    guard let counter = Int64(exactly: dot.counter) else { return nil }
    statement.bind(1, number)
    statement.bind(2, Int64(dot.replica.rawValue))
    statement.bind(3, counter)
    guard try statement.next() else { return nil }
    defer { statement.reset() }
    var verdict = Outcome.Verdict.accepted
    if !statement.isNull(2) {
      guard let code = UInt16(exactly: statement.integer(2)).flatMap(RejectionCode.init(rawValue:)) else {
        throw StoreFault.corrupt("hearth_remnants", "change set \(dot)", "\(statement.integer(2)) is no rejection")
      }
      verdict = .rejected(Rejection(code, message: ""))
    }
    self.init(
      dot: dot, revision: Revision(rawValue: UInt64(bitPattern: statement.integer(0))),
      at: Instant(milliseconds: statement.integer(1)), verdict: verdict, contentHash: statement.bytes(3))
  }

  /// Household, replica, counter.
  static let select = """
    SELECT revision, at, rejection, content_hash FROM hearth_remnants
    WHERE household = ?1 AND replica = ?2 AND counter = ?3
    """
}

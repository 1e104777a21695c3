/// Calls that a disk refuses.
package struct DiskFault: Hashable, Sendable {
  /// What can be refused; `index` is growing the index of the log, a file that lives in memory.
  package enum Call: String, CaseIterable, Sendable {
    case open, read, write, truncate, sync, delete, index
  }

  package enum Reason: String, CaseIterable, Sendable {
    case broken, full
    /// The owner of the files may have no more space.
    case quota
    /// The call is said to have succeeded, and nothing was done: a disk that lies about a sync. No store can stand
    /// that; it shows that the checks would see a sync that is missing.
    case ignored
  }

  package let call: Call
  package let reason: Reason
  /// Which of these calls is the first to fail, from 1.
  package let first: Int
  /// How many fail from there on.
  package let count: Int
  /// Whether a part of what is to be written is written before the failure.
  package let isTorn: Bool

  package init(_ call: Call, _ reason: Reason, first: Int, count: Int, isTorn: Bool = false) {
    self.call = call
    self.reason = reason
    self.first = first
    self.count = count
    self.isTorn = isTorn
  }
}

extension DiskFault: CustomStringConvertible {
  /// As `write:broken:17:1:whole`.
  package var description: String {
    "\(call.rawValue):\(reason.rawValue):\(first):\(count):\(isTorn ? "torn" : "whole")"
  }

  /// Reads what `description` wrote; nil when it did not.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 5, let call = Call(rawValue: parts[0]), let reason = Reason(rawValue: parts[1]),
      let first = Int(parts[2]), first > 0, let count = Int(parts[3]), count > 0, ["torn", "whole"].contains(parts[4])
    else { return nil }
    guard reason != .ignored || call == .sync else { return nil }
    self.init(call, reason, first: first, count: count, isTorn: parts[4] == "torn")
  }
}

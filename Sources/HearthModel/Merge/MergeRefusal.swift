/// Why a write cannot be taken in; the change set is rejected whole (P4).
public enum MergeRefusal: Error, Hashable, Sendable {
  /// The field takes one write and has it (F2); carries the write that stays.
  case alreadySet(holder: Write)
  /// Somebody else holds the field (K3); carries the holder's write.
  case alreadyClaimed(holder: Write)
  /// The sum would leave 64 bits (N2).
  case overflow
}

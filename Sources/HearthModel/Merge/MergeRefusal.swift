/// Why a write cannot be taken in; the change set is rejected whole (P4).
public enum MergeRefusal: Error, Hashable, Sendable {
  /// The field takes one write and has it (F2); carries the write that stays.
  case alreadySet(holder: Write)
  /// Somebody else holds the field (K3); carries the holder's write.
  case alreadyClaimed(holder: Write)
  /// The sum would leave 64 bits (N2).
  case overflow
}

/// A merge refusal and the slot that refused.
public struct RecordRefusal: Error, Hashable, Sendable {
  /// The slot, as a position in `CollectionSchema.slots`.
  public let slot: Int
  /// Why it refused.
  public let refusal: MergeRefusal

  /// Makes a refusal.
  public init(slot: Int, refusal: MergeRefusal) {
    self.slot = slot
    self.refusal = refusal
  }
}

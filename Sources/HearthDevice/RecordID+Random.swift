public import HearthModel

extension RecordID {
  /// A new id for a record, which no other device will choose: a random UUID (version 4, RFC 9562 section 5.4).
  public static func random() -> RecordID {
    RecordID(
      high: .random(in: .min ... .max) & ~0xf000 | 0x4000, low: .random(in: .min ... .max) & ~(3 << 62) | 1 << 63)
  }
}

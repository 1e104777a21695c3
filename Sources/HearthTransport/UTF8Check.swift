/// Checks UTF-8 that comes in pieces, and says at the first wrong byte that it is wrong (RFC 3629, section 4).
///
/// A WebSocket text may be cut anywhere, and RFC 6455, section 8.1 wants a connection with invalid text to fail; doing
/// so before the rest has come costs a peer that sends nonsense its connection and the hub nothing.
struct UTF8Check {
  /// Bytes that must follow for the scalar that has begun.
  private var missing = 0
  /// What the next byte may be: after some first bytes the range is narrower, which excludes overlong forms,
  /// surrogates and scalars beyond U+10FFFF.
  private var allowed: ClosedRange<UInt8> = 0x80...0xbf

  /// Takes the next bytes in.
  ///
  /// - Returns: whether all so far is valid, perhaps with a scalar begun.
  mutating func append(_ bytes: some Sequence<UInt8>) -> Bool {
    for byte in bytes {
      if missing > 0 {
        guard allowed.contains(byte) else { return false }
        missing -= 1
        allowed = 0x80...0xbf
      } else if byte >= 0x80 {
        guard begin(byte) else { return false }
      }
    }
    return true
  }

  /// Whether no scalar is left unfinished.
  var isComplete: Bool { missing == 0 }

  private mutating func begin(_ byte: UInt8) -> Bool {
    switch byte {
    case 0xc2...0xdf: missing = 1
    case 0xe0: (missing, allowed) = (2, 0xa0...0xbf)
    case 0xed: (missing, allowed) = (2, 0x80...0x9f)
    case 0xe1...0xef: missing = 2
    case 0xf0: (missing, allowed) = (3, 0x90...0xbf)
    case 0xf1...0xf3: missing = 3
    case 0xf4: (missing, allowed) = (3, 0x80...0x8f)
    default: return false
    }
    return true
  }
}

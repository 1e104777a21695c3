/// Looks for bytes in bytes.
enum Bytes {
  static func contain(_ haystack: [UInt8], _ needle: [UInt8]) -> Bool {
    guard let first = needle.first, haystack.count >= needle.count else { return false }
    return haystack.withUnsafeBufferPointer { haystack in
      (0...(haystack.count - needle.count)).contains { start in
        haystack[start] == first && needle.indices.allSatisfy { haystack[start + $0] == needle[$0] }
      }
    }
  }

  /// The marks `~<digits>~` in a frame, each of which stands for one value that somebody wrote.
  static func marks(in frame: [UInt8]) -> Set<Int> {
    var found = Set<Int>()
    var number: Int?
    for byte in frame {
      switch byte {
      case UInt8(ascii: "~"):
        if let known = number, known > 0 { found.insert(known) }
        number = 0
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number.map { ($0 * 10 + Int(byte - 48)) % 1_000_000_000 }
      default: number = nil
      }
    }
    return found
  }
}

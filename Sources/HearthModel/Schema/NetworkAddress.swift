/// An address of the Internet Protocol, as the type `ip` takes it.
///
/// Each address has one text: for version 4 four numbers without leading zeros, for version 6 the form of RFC 5952.
/// So two texts are equal when the addresses are, and indexes, keys and `unique` need to know nothing of addresses.
struct NetworkAddress: Hashable, Sendable {
  /// Characters of the longest text.
  static let lengthMax = 39

  /// Version 6 has 8 groups of 16 bits, version 4 stands in the last 2 of them.
  private let groups: [UInt16]
  private let isVersion4: Bool

  /// Reads an address; nil when the text is none, or writes one in another way than ``description``.
  init?(_ text: String) {
    guard text.utf8.count <= Self.lengthMax else { return nil }
    if let bytes = Self.bytes(text[...]) {
      (groups, isVersion4) = (Self.pairs(bytes), true)
    } else if let groups = Self.groups(of: text) {
      (self.groups, isVersion4) = (groups, false)
    } else {
      return nil
    }
    guard description == text else { return nil }
  }

  // MARK: Reading

  /// The four numbers of a version 4 address.
  private static func bytes(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { part in
      (1...3).contains(part.utf8.count) && part.utf8.allSatisfy(\.isDecimalDigit) ? UInt8(part) : nil
    }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
  }

  private static func pairs(_ bytes: [UInt8]) -> [UInt16] {
    stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
  }

  /// The eight groups of a version 6 address, of which `::` stands for one or more that are zero.
  private static func groups(of text: String) -> [UInt16]? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let gap = parts.indices.dropFirst().dropLast().first(where: { parts[$0].isEmpty }) else {
      return groups(parts[...], isLast: true).flatMap { $0.count == 8 ? $0 : nil }
    }
    // In `::1` and `1::` the text's end beside the gap is a part of its own, and empty.
    let head = parts[..<gap]
    let tail = parts[(gap + 1)...]
    guard let before = groups(head == [""] ? [] : head, isLast: false),
      let after = groups(tail == [""] ? [] : tail, isLast: true), before.count + after.count < 8
    else { return nil }
    return before + Array(repeating: 0, count: 8 - before.count - after.count) + after
  }

  /// - Parameter isLast: whether the parts end the text, and so may end with a version 4 address.
  private static func groups(_ parts: ArraySlice<Substring>, isLast: Bool) -> [UInt16]? {
    var groups = [UInt16]()
    for (place, part) in parts.enumerated() {
      if isLast, place == parts.count - 1, let bytes = bytes(part) {
        groups += pairs(bytes)
      } else if (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isHexDigit),
        let group = UInt16(part, radix: 16)
      {
        groups.append(group)
      } else {
        return nil
      }
    }
    return groups
  }

  // MARK: Writing

  private static func dotted(_ groups: ArraySlice<UInt16>) -> String {
    groups.flatMap { [$0 >> 8, $0 & 0xff] }.map(String.init).joined(separator: ".")
  }

  /// The longest run of groups that are zero, the first of equal ones; nil when none has two.
  private var gap: Range<Int>? {
    var (longest, start) = (0..<0, 0)
    for (place, group) in groups.enumerated() {
      if group != 0 { start = place + 1 }
      if place + 1 - start > longest.count { longest = start..<place + 1 }
    }
    return longest.count > 1 ? longest : nil
  }
}

extension NetworkAddress: CustomStringConvertible {
  /// The one text of the address.
  var description: String {
    if isVersion4 { return Self.dotted(groups[...]) }
    // An address of version 4 inside version 6 is written so that it can be seen (RFC 5952, section 5).
    if groups.prefix(6) == [0, 0, 0, 0, 0, 0xffff] { return "::ffff:" + Self.dotted(groups[6...]) }
    let text = { (groups: ArraySlice<UInt16>) in groups.map { String($0, radix: 16) }.joined(separator: ":") }
    guard let gap else { return text(groups[...]) }
    return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
  }
}

extension UInt8 {
  fileprivate var isDecimalDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  fileprivate var isHexDigit: Bool { isDecimalDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self) }
}

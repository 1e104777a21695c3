internal import HearthScenario

/// A protobuf message without its schema, so that it can be changed inside and every length around it stays right.
///
/// Bytes are taken for a message wherever they can be read as one; where that is a mistake the changes are odd ones,
/// which does no harm (protobuf.dev/programming-guides/encoding).
struct WireTree {
  indirect enum Value {
    case varint(UInt64)
    case fixed64([UInt8])
    case fixed32([UInt8])
    case bytes([UInt8])
    case message(WireTree)
  }

  struct Field {
    var number: UInt64
    var value: Value
  }

  private var fields: [Field] = []
  /// What could not be read.
  private var rest: [UInt8] = []

  private static let depthMax = 24

  init(_ bytes: [UInt8]) {
    self.init(bytes[...], depth: 0)
  }

  private init(_ bytes: ArraySlice<UInt8>, depth: Int) {
    var bytes = bytes
    while !bytes.isEmpty {
      let begin = bytes
      guard let field = Self.takeField(&bytes, depth: depth) else {
        rest = Array(begin)
        return
      }
      fields.append(field)
    }
  }

  private static func takeField(_ bytes: inout ArraySlice<UInt8>, depth: Int) -> Field? {
    guard let tag = takeVarint(&bytes), tag >> 3 > 0 else { return nil }
    switch tag & 7 {
    case 0: return takeVarint(&bytes).map { Field(number: tag >> 3, value: .varint($0)) }
    case 1: return take(8, &bytes).map { Field(number: tag >> 3, value: .fixed64(Array($0))) }
    case 5: return take(4, &bytes).map { Field(number: tag >> 3, value: .fixed32(Array($0))) }
    case 2:
      guard let length = takeVarint(&bytes), let content = take(length, &bytes) else { return nil }
      guard depth < depthMax, !content.isEmpty else { return Field(number: tag >> 3, value: .bytes(Array(content))) }
      let inner = WireTree(content, depth: depth + 1)
      let isMessage = inner.rest.isEmpty && inner.fields.allSatisfy { $0.number < 64 }
      return Field(number: tag >> 3, value: isMessage ? .message(inner) : .bytes(Array(content)))
    default: return nil
    }
  }

  private static func take(_ count: some BinaryInteger, _ bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard count <= bytes.count else { return nil }
    defer { bytes = bytes.dropFirst(Int(count)) }
    return bytes.prefix(Int(count))
  }

  private static func takeVarint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    return nil
  }

  // MARK: Writing

  var bytes: [UInt8] {
    var bytes = [UInt8]()
    for field in fields { Self.write(field, &bytes) }
    return bytes + rest
  }

  private static func write(_ field: Field, _ bytes: inout [UInt8]) {
    switch field.value {
    case .varint(let value):
      write(varint: field.number << 3, &bytes)
      write(varint: value, &bytes)
    case .fixed64(let value):
      write(varint: field.number << 3 | 1, &bytes)
      bytes += value
    case .fixed32(let value):
      write(varint: field.number << 3 | 5, &bytes)
      bytes += value
    case .bytes(let value): write(value, field.number, &bytes)
    case .message(let tree): write(tree.bytes, field.number, &bytes)
    }
  }

  private static func write(_ content: [UInt8], _ number: UInt64, _ bytes: inout [UInt8]) {
    write(varint: number << 3 | 2, &bytes)
    write(varint: UInt64(content.count), &bytes)
    bytes += content
  }

  private static func write(varint value: UInt64, _ bytes: inout [UInt8]) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
  }

  // MARK: Changing

  static func mutated(_ bytes: [UInt8], _ other: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var tree = WireTree(bytes)
    tree.mutate(with: WireTree(other), &random)
    return tree.bytes
  }

  private static let numbers: [UInt64] = [
    0, 1, 2, 3, 16, 127, 128, 255, 256, 65_535, 65_536, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 32, 1 << 48,
    1 << 63 - 1,
    1 << 63, .max - 1, .max,
  ]

  mutating func mutate(with other: WireTree, _ random: inout SplitMix64) {
    guard !fields.isEmpty else {
      fields = other.fields
      return
    }
    let here = random.below(fields.count)
    // Most of a message lies deep inside.
    if case .message(var inner) = fields[here].value, random.below(8) > 0 {
      inner.mutate(with: other.inside(&random), &random)
      fields[here].value = .message(inner)
      return
    }
    switch random.below(8) {
    case 0: fields.remove(at: here)
    case 1: fields.insert(fields[here], at: random.below(fields.count))
    case 2: fields.swapAt(here, random.below(fields.count))
    case 3: fields[here].number = UInt64(1 + random.below(20))
    case 4: if !other.fields.isEmpty { fields.insert(other.fields[random.below(other.fields.count)], at: here) }
    default: fields[here].value = Self.changed(fields[here].value, &random)
    }
  }

  /// The tree, or one of the messages inside of it.
  private func inside(_ random: inout SplitMix64) -> WireTree {
    let inner = fields.compactMap { if case .message(let tree) = $0.value { tree } else { nil } }
    guard !inner.isEmpty, random.below(3) > 0 else { return self }
    return inner[random.below(inner.count)].inside(&random)
  }

  private static func changed(_ value: Value, _ random: inout SplitMix64) -> Value {
    let number = numbers[random.below(numbers.count)]
    switch value {
    case .varint(let old):
      switch random.below(4) {
      case 0: return .varint(old &+ 1)
      case 1: return .varint(old &- 1)
      case 2: return .varint(old ^ 1 << UInt64(random.below(64)))
      default: return .varint(number)
      }
    case .fixed64(let old):
      guard random.below(2) == 0 else { return .fixed64(ByteMutation.flipped(old, &random)) }
      return .fixed64((0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) })
    case .fixed32(let old):
      guard random.below(2) == 0 else { return .fixed32(ByteMutation.flipped(old, &random)) }
      return .fixed32((0..<4).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) })
    case .bytes(let old): return .bytes(ByteMutation.step(old, [], &random))
    case .message(let tree): return .bytes(ByteMutation.step(tree.bytes, [], &random))
    }
  }
}

extension ByteMutation {
  /// As many bytes, one bit of which is another.
  static func flipped(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
    return bytes
  }
}

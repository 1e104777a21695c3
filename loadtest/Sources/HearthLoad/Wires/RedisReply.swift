package import NIOCore

/// A reply in Redis's protocol, version 3 (RESP3): a letter, a number or a text, a line break, and what the number
/// announces.
package enum RedisReply: Equatable, Sendable {
  case text(String)
  case failure(String)
  case number(Int)
  case bulk(ByteBuffer)
  case null
  /// An array or a set, and a map as keys and values in turn.
  case list([RedisReply])
  /// What was not asked for, as what others publish.
  case push([RedisReply])

  /// The next whole reply; nil when more bytes are needed, and then nothing is taken.
  package static func next(_ input: inout ByteBuffer) throws -> RedisReply? {
    var rest = input
    guard let reply = try read(&rest, depth: 0) else { return nil }
    input = rest
    return reply
  }

  /// Replies within replies; what this tester asks for has two.
  private static let depthMax = 8

  private static func read(_ input: inout ByteBuffer, depth: Int) throws -> RedisReply? {
    guard let (kind, line) = readLine(&input) else { return nil }
    switch kind {
    case "+", ",", "(": return .text(line)
    case "-": return .failure(line)
    case "_": return .null
    case "#": return .number(line == "t" ? 1 : 0)
    case ":": return .number(try number(line))
    case "$", "=", "!": return try bulk(number(line), &input)
    case "*", "~": return try replies(number(line), &input, depth).map { .list($0) }
    case ">": return try replies(number(line), &input, depth).map { .push($0) }
    case "%": return try replies(2 * min(number(line), countMax), &input, depth).map { .list($0) }
    default: throw LoadFault("Redis sent a reply that begins with `\(kind)`.")
    }
  }

  private static let countMax = 1 << 20

  private static func readLine(_ input: inout ByteBuffer) -> (kind: Character, text: String)? {
    guard let end = input.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
      let line = input.readString(length: end - input.readerIndex + 1), let kind = line.first
    else { return nil }
    return (kind, String(line.utf8.dropFirst().dropLast(2)) ?? "")
  }

  private static func number(_ text: String) throws -> Int {
    guard let number = Int(text) else { throw LoadFault("Redis sent `\(text.prefix(40))` where a number belongs.") }
    return number
  }

  private static func bulk(_ length: Int, _ input: inout ByteBuffer) throws -> RedisReply? {
    guard length >= 0 else { return .null }
    guard length <= input.readableBytes - 2, let bytes = input.readSlice(length: length) else { return nil }
    input.moveReaderIndex(forwardBy: 2)
    return .bulk(bytes)
  }

  private static func replies(_ count: Int, _ input: inout ByteBuffer, _ depth: Int) throws -> [RedisReply]? {
    guard depth < depthMax, count <= countMax else { throw LoadFault("Redis sent a reply of \(count) parts.") }
    var replies = [RedisReply]()
    for _ in 0..<max(0, count) {
      guard let reply = try read(&input, depth: depth + 1) else { return nil }
      replies.append(reply)
    }
    return replies
  }
}

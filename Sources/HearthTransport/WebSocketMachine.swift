/// Frames of RFC 6455 to messages, without I/O: fragments are put together, control frames answered, rules checked.
///
/// NIO cuts the byte stream into frames and checks their lengths; what frames may follow each other and what they may
/// hold is checked here.
struct WebSocketMachine {
  /// A frame as it came, unmasked.
  struct Frame {
    let opcode: UInt8
    let isFinal: Bool
    let hasReservedBits: Bool
    let isMasked: Bool
    let bytes: [UInt8]
  }

  /// What a frame means.
  enum Event: Equatable {
    /// A message is complete.
    case text([UInt8])
    case binary([UInt8])
    /// Answer with a pong of the same bytes.
    case ping([UInt8])
    /// The peer closes, with this code where it gave one: answer with a close frame of the same code, and end.
    case close(UInt16?)
    /// The peer broke a rule: close with this code and end.
    case fail(code: UInt16, reason: String)
  }

  /// Which end this is; a server wants masked frames, a client unmasked ones (RFC 6455, section 5.1).
  enum Role {
    case server
    case client
  }

  private enum Message {
    case none
    case text(UTF8Check)
    case binary
  }

  private let role: Role
  private let messageBytesMax: Int
  private var message = Message.none
  private var bytes: [UInt8] = []

  init(role: Role, messageBytesMax: Int) {
    self.role = role
    self.messageBytesMax = messageBytesMax
  }

  /// Takes a frame in; nil when it says nothing yet, as an unfinished message or a pong.
  mutating func received(_ frame: Frame) -> Event? {
    guard !frame.hasReservedBits else { return .fail(code: 1002, reason: "a reserved bit is set") }
    guard frame.isMasked == (role == .server) else { return .fail(code: 1002, reason: "the masking is wrong") }
    switch frame.opcode {
    case 0x0: return continued(frame)
    case 0x1, 0x2: return began(frame)
    case 0x8: return closed(frame.bytes)
    case 0x9: return .ping(frame.bytes)
    case 0xa: return nil
    default: return .fail(code: 1002, reason: "the opcode is reserved")
    }
  }

  private mutating func began(_ frame: Frame) -> Event? {
    guard case .none = message else { return .fail(code: 1002, reason: "a message began inside a message") }
    message = frame.opcode == 0x1 ? .text(UTF8Check()) : .binary
    return took(frame)
  }

  private mutating func continued(_ frame: Frame) -> Event? {
    if case .none = message { return .fail(code: 1002, reason: "nothing is there to be continued") }
    return took(frame)
  }

  private mutating func took(_ frame: Frame) -> Event? {
    guard bytes.count + frame.bytes.count <= messageBytesMax else {
      return .fail(code: 1009, reason: "a message may have \(messageBytesMax) bytes")
    }
    if case .text(var check) = message {
      guard check.append(frame.bytes), check.isComplete || !frame.isFinal else {
        return .fail(code: 1007, reason: "text is UTF-8")
      }
      message = .text(check)
    }
    bytes += frame.bytes
    guard frame.isFinal else { return nil }
    defer { (message, bytes) = (.none, []) }
    if case .binary = message { return .binary(bytes) }
    return .text(bytes)
  }

  private func closed(_ bytes: [UInt8]) -> Event {
    guard !bytes.isEmpty else { return .close(nil) }
    guard bytes.count >= 2 else { return .fail(code: 1002, reason: "a close code has two bytes") }
    let code = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    guard Self.mayBeReceived(code) else { return .fail(code: 1002, reason: "the close code is reserved") }
    var check = UTF8Check()
    guard check.append(bytes.dropFirst(2)), check.isComplete else {
      return .fail(code: 1007, reason: "a close reason is UTF-8")
    }
    return .close(code)
  }

  /// RFC 6455, section 7.4, and the codes registered since.
  private static func mayBeReceived(_ code: UInt16) -> Bool {
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}

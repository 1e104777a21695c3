package import HearthModel
package import HearthProtocol
internal import SwiftProtobuf

/// Turns messages into the bytes of a frame and back.
///
/// The only place that knows protobuf. What a stranger sends can be wrong in two ways: a frame that cannot be read is a
/// fault of the connection, and thrown; a change set that can be delimited but makes no sense keeps its counter and
/// becomes `unreadable`, so that it is answered and does not block those behind it (P9).
package struct WireCodec: Sendable {
  /// The two encodings of the same messages.
  package enum Form: Sendable {
    /// Protobuf's binary format, with numbers and 16-byte ids.
    case binary
    /// Protobuf's JSON mapping, with names and UUID text.
    case text
  }

  package let form: Form
  let names: WireNames

  /// - Parameter pack: names collections and fields; nil before it is known, when only their numbers can be read.
  package init(form: Form, pack: Pack?) {
    self.form = form
    names = WireNames(pack: pack, isReadable: form == .text)
  }

  package func encode(_ message: HubMessage) -> [UInt8] {
    do {
      switch (form, message) {
      case (.binary, .updates(let updates)): return try RecordEncoder(names: names).frame(updates)
      case (.binary, .catchUp(let records, let forget, let through)):
        return try RecordEncoder(names: names).frame(records, forget: forget, through: through)
      default: return encodeByLibrary(message)
      }
    } catch {
      preconditionFailure("a frame of our own cannot be encoded: \(error)")
    }
  }

  /// The frame as the library writes it, which `encode` is compared with.
  package func encodeByLibrary(_ message: HubMessage) -> [UInt8] { serialize(names.frame(message)) }

  package func encode(_ message: DeviceMessage) -> [UInt8] { serialize(names.frame(message)) }

  package func decodeDeviceMessage(_ bytes: [UInt8]) throws(ProtocolFault) -> DeviceMessage {
    if form == .binary, let changeSets = PushDecoder.changeSets(in: bytes) { return .push(changeSets) }
    return try decodeByLibrary(bytes)
  }

  /// The message as the library reads it, which `decodeDeviceMessage` is compared with.
  package func decodeByLibrary(_ bytes: [UInt8]) throws(ProtocolFault) -> DeviceMessage {
    try names.message(parse(bytes, Hearth_V1_DeviceFrame.self))
  }

  /// Whether a frame is read without the library.
  package func readsByHand(_ frame: [UInt8]) -> Bool {
    form == .binary && PushDecoder.changeSets(in: frame) != nil
  }

  package func decodeHubMessage(_ bytes: [UInt8]) throws(ProtocolFault) -> HubMessage {
    try names.message(parse(bytes, Hearth_V1_HubFrame.self))
  }

  private func serialize(_ frame: some Message) -> [UInt8] {
    do {
      switch form {
      case .binary: return try frame.serializedBytes()
      case .text: return try frame.jsonUTF8Bytes()
      }
    } catch {
      preconditionFailure("a frame of our own cannot be encoded: \(error)")
    }
  }

  func parse<Frame: Message>(_ bytes: [UInt8], _ type: Frame.Type) throws(ProtocolFault) -> Frame {
    do {
      switch form {
      case .binary:
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = Self.depthMax
        return try Frame(serializedBytes: bytes, options: options)
      case .text:
        var options = JSONDecodingOptions()
        options.messageDepthLimit = Self.depthMax
        return try Frame(jsonUTF8Bytes: bytes, options: options)
      }
    } catch {
      // The error may quote the frame, which may be long.
      let reason = "\(error)".prefix(Self.reasonCharacters)
      throw ProtocolFault(.malformedFrame, "The frame of \(bytes.count) bytes is no \(form.name): \(reason)")
    }
  }

  /// Characters of an error that a fault repeats.
  private static let reasonCharacters = 120

  /// Message levels in a frame: a JSON document of the deepest nesting takes three for each of its own, and a dozen lie
  /// around it.
  private static let depthMax = FieldType.jsonDepthMax * 3 + 16
}

extension WireCodec.Form {
  fileprivate var name: String {
    switch self {
    case .binary: "protobuf message"
    case .text: "protobuf JSON"
    }
  }
}

/// The pack's names and numbers on the wire.
struct WireNames: Sendable {
  let pack: Pack?
  let isReadable: Bool

  func faulty(_ what: String) -> ProtocolFault { ProtocolFault(.malformedFrame, "The frame makes no sense: \(what).") }
}

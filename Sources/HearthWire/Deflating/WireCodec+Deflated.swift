package import HearthProtocol
internal import SwiftProtobuf

// Frames that may hold frames. Those are found by whoever has agreed to them alone. For everybody else, and for who
// reads what is in one, a Deflated is a message that makes no sense where it stands (rows D1, D3 and D6).

extension WireCodec {
  /// What a frame holds.
  package enum Content<Message: Sendable>: Sendable {
    case message(Message)
    /// The frames of a Deflated; each holds a message.
    case frames([[UInt8]])
  }

  /// A frame of a device.
  ///
  /// - Parameter bytesMax: bytes to which a Deflated may inflate; nil when none was agreed on.
  package func readDeviceFrame(
    _ bytes: [UInt8], inflatingTo bytesMax: UInt32?
  ) throws(ProtocolFault) -> Content<DeviceMessage> {
    guard form == .binary, let bytesMax else { return .message(try decodeDeviceMessage(bytes)) }
    if let changeSets = PushDecoder.changeSets(in: bytes) { return .message(.push(changeSets)) }
    let frame = try parse(bytes, Hearth_V1_DeviceFrame.self)
    guard case .deflated(let deflated) = frame.message else { return .message(try names.message(frame)) }
    return .frames(try Self.frames(deflated, bytesMax))
  }

  /// A frame of a hub.
  ///
  /// - Parameter bytesMax: bytes to which a Deflated may inflate; nil when none was agreed on.
  package func readHubFrame(
    _ bytes: [UInt8], inflatingTo bytesMax: UInt32?
  ) throws(ProtocolFault) -> Content<HubMessage> {
    guard form == .binary, let bytesMax else { return .message(try decodeHubMessage(bytes)) }
    let frame = try parse(bytes, Hearth_V1_HubFrame.self)
    guard case .deflated(let deflated) = frame.message else { return .message(try names.message(frame)) }
    return .frames(try Self.frames(deflated, bytesMax))
  }

  /// All that a device says in a frame, for who looks on.
  package func deviceMessages(_ frame: [UInt8]) throws(ProtocolFault) -> [DeviceMessage] {
    switch try readDeviceFrame(frame, inflatingTo: Limits().frameBytes) {
    case .message(let message): [message]
    case .frames(let frames): try names.list(frames) { (frame) throws(ProtocolFault) in try decodeDeviceMessage(frame) }
    }
  }

  /// All that a hub says in a frame, for who looks on.
  package func hubMessages(_ frame: [UInt8]) throws(ProtocolFault) -> [HubMessage] {
    switch try readHubFrame(frame, inflatingTo: Limits.deviceFrameBytes) {
    case .message(let message): [message]
    case .frames(let frames): try names.list(frames) { (frame) throws(ProtocolFault) in try decodeHubMessage(frame) }
    }
  }

  private static func frames(_ deflated: Hearth_V1_Deflated, _ bytesMax: UInt32) throws(ProtocolFault) -> [[UInt8]] {
    try DeflatedFrames.frames(in: Array(deflated.body), bytesMax: bytesMax)
  }
}

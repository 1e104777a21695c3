internal import HearthEngine
internal import HearthModel
internal import HearthProtocol
internal import HearthWire

/// One message of either direction: what was read can be written in both forms, and means the same when it comes back.
struct MessageTarget {
  private let codec: WireCodec
  private let nameless: WireCodec
  private let others: [WireCodec]

  init(_ ground: FuzzGround, _ form: WireCodec.Form) {
    codec = WireCodec(form: form, pack: ground.vectors)
    nameless = WireCodec(form: form, pack: nil)
    others = [WireCodec(form: .binary, pack: ground.vectors), WireCodec(form: .text, pack: ground.vectors)]
  }

  func device(_ input: [UInt8]) throws -> FuzzVerdict {
    // A hub reads the first message before it knows the pack.
    _ = try? nameless.decodeDeviceMessage(input)
    let message: DeviceMessage
    do throws(ProtocolFault) {
      message = try codec.decodeDeviceMessage(input)
    } catch {
      try check(error)
      return .refused
    }
    for other in others {
      let again = try other.decodeDeviceMessage(other.encode(message))
      try promise(again == Self.readable(message), "\(message) came back as \(again)")
    }
    if case .push(let changeSets) = message {
      for changeSet in changeSets { _ = Engine.contentHash(of: changeSet) }
    }
    return .accepted
  }

  func hub(_ input: [UInt8]) throws -> FuzzVerdict {
    let message: HubMessage
    do throws(ProtocolFault) {
      message = try codec.decodeHubMessage(input)
    } catch {
      try check(error)
      return .refused
    }
    for other in others {
      let again = try other.decodeHubMessage(other.encode(message))
      try promise(again == message, "\(message) came back as \(again)")
    }
    return .accepted
  }

  private func check(_ fault: ProtocolFault) throws(FuzzFinding) {
    try promise(fault.code == .malformedFrame, "a frame was refused with \(fault.code)")
    try promise(fault.message.utf8.count <= 1000, "a fault has \(fault.message.utf8.count) bytes")
  }

  /// What an unreadable change set says is lost; it is written as one without changes.
  private static func readable(_ message: DeviceMessage) -> DeviceMessage {
    guard case .push(let changeSets) = message else { return message }
    return .push(
      changeSets.map { changeSet in
        var changeSet = changeSet
        if case .unreadable = changeSet.content {
          changeSet = ChangeSet(
            counter: changeSet.counter, stamp: changeSet.stamp, formerly: changeSet.formerly, content: .changes([]))
        }
        return changeSet
      })
  }
}

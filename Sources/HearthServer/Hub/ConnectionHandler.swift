internal import HearthHub
internal import HearthProtocol
internal import HearthTransport
internal import HearthWire
internal import NIOCore

/// The end of a device's pipeline: hands frames to the hub shell and writes what it says.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = TransportFrame
  typealias OutboundOut = TransportFrame

  private let shell: HubShell
  private let isWebSocket: Bool
  private(set) var channel: (any Channel)?
  var id = HubCore.ConnectionID(rawValue: 0)
  var isUnflushed = false
  /// Whether the device reads Deflated; its frames then wait for the end of the turn.
  var deflates = false
  private var turn: [[UInt8]] = []

  init(shell: HubShell, isWebSocket: Bool) {
    self.shell = shell
    self.isWebSocket = isWebSocket
  }

  func handlerAdded(context: ChannelHandlerContext) {
    channel = context.channel
    if context.channel.isActive { shell.opened(self) }
  }

  func channelActive(context: ChannelHandlerContext) {
    if id.rawValue == 0 { shell.opened(self) }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    shell.received(unwrapInboundIn(data), id)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { shell.becameWritable(id) }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    shell.closed(id)
    channel = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let fault = error as? ProtocolFault {
      shell.failed(fault, id)
    } else {
      // A socket that broke: the device comes back and resumes from its cursor.
      context.close(promise: nil)
    }
  }

  // MARK: What the shell asks for

  func write(_ frame: TransportFrame) {
    if deflates {
      turn.append(frame.bytes)
    } else {
      channel?.pipeline.syncOperations.write(NIOAny(frame), promise: nil)
    }
  }

  /// Writes what the turn has gathered, deflated where that is worth it.
  private func endTurn() {
    guard !turn.isEmpty else { return }
    let frames = DeflatedFrames.packed(turn, bytesMax: Limits.deviceFrameBytes, by: shell.deflater)
    turn = []
    for frame in frames {
      channel?.pipeline.syncOperations.write(NIOAny(TransportFrame(bytes: frame, form: .binary)), promise: nil)
    }
  }

  /// Sends what was written.
  ///
  /// - Returns: the bytes that the socket could not take yet.
  func flush() -> Int {
    guard let channel else { return 0 }
    endTurn()
    channel.flush()
    guard !channel.isWritable else { return 0 }
    return (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }

  func setReading(_ isReading: Bool) {
    try? channel?.syncOptions?.setOption(.autoRead, value: isReading)
  }

  func close(_ ending: HubCore.Ending) {
    guard let channel else { return }
    endTurn()
    channel.flush()
    if isWebSocket {
      let request = WebSocketHandler.CloseRequest(code: ending.closeCode, reason: ending.closeReason)
      channel.triggerUserOutboundEvent(request, promise: nil)
    }
    LingeringClose.close(channel)
  }
}

extension HubCore.Ending {
  /// The close code of RFC 6455, or 3000 + the fault's number (protocol/wire.md, section 2).
  fileprivate var closeCode: UInt16 {
    switch self {
    case .orderly: 1000
    case .goingAway: 1001
    case .fault(let code): 3000 + code.rawValue
    }
  }

  fileprivate var closeReason: String {
    switch self {
    case .orderly: ""
    case .goingAway: "the hub goes down"
    case .fault(let code): code.name
    }
  }
}

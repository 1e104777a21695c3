internal import HearthWire
package import NIOCore
package import NIOWebSocket

/// WebSocket: frames of RFC 6455 to messages and back, on either end.
package final class WebSocketHandler: ChannelDuplexHandler {
  package typealias InboundIn = WebSocketFrame
  package typealias InboundOut = TransportFrame
  package typealias OutboundIn = TransportFrame
  package typealias OutboundOut = WebSocketFrame

  /// Ends the connection in order: a close frame with a code, then the peer's, then the end.
  package struct CloseRequest: Sendable {
    package let code: UInt16
    package let reason: String

    package init(code: UInt16, reason: String) {
      self.code = code
      self.reason = reason
    }
  }

  private let isServer: Bool
  private var machine: WebSocketMachine
  private var hasSentClose = false
  private var isOver = false
  /// The newest ping of a peer that does not read; the others need no answer (RFC 6455, section 5.5.3).
  private var unansweredPing: [UInt8]?

  package init(isServer: Bool, messageBytesMax: UInt32) {
    self.isServer = isServer
    machine = WebSocketMachine(role: isServer ? .server : .client, messageBytesMax: Int(messageBytesMax))
  }

  // MARK: Inbound

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    switch machine.received(Self.frame(unwrapInboundIn(data))) {
    case nil: break
    case .text(let bytes): deliver(bytes, .text, context)
    case .binary(let bytes): deliver(bytes, .binary, context)
    case .ping(let bytes):
      unansweredPing = bytes
      answerPing(context)
    case .close(let code):
      sendClose(code, "", context)
      end(context)
    case .fail(let code, let reason): fail(code, reason, context)
    }
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? NIOWebSocketError else {
      context.fireErrorCaught(error)
      return
    }
    // The decoder of NIO throws for lengths only; a frame that is too long is the one case with a code of its own.
    if case .invalidFrameLength = error {
      fail(1009, "the frame is too long", context)
    } else {
      fail(1002, "\(error)", context)
    }
  }

  package func channelWritabilityChanged(context: ChannelHandlerContext) {
    answerPing(context)
    context.fireChannelWritabilityChanged()
  }

  private func answerPing(_ context: ChannelHandlerContext) {
    guard context.channel.isWritable, let bytes = unansweredPing else { return }
    unansweredPing = nil
    send(.pong, bytes, context)
  }

  private func deliver(_ bytes: [UInt8], _ form: WireCodec.Form, _ context: ChannelHandlerContext) {
    guard !hasSentClose else { return }
    context.fireChannelRead(wrapInboundOut(TransportFrame(bytes: bytes, form: form)))
  }

  private static func frame(_ frame: WebSocketFrame) -> WebSocketMachine.Frame {
    let opcode = UInt8(webSocketOpcode: frame.opcode)
    return WebSocketMachine.Frame(
      opcode: opcode, isFinal: frame.fin, hasReservedBits: frame.rsv1 || frame.rsv2 || frame.rsv3,
      isMasked: frame.maskKey != nil, bytes: Array(frame.unmaskedData.readableBytesView))
  }

  // MARK: Outbound

  package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let frame = unwrapOutboundIn(data)
    guard !hasSentClose else {
      promise?.fail(ChannelError.outputClosed)
      return
    }
    let buffer = context.channel.allocator.buffer(bytes: frame.bytes)
    let opcode: WebSocketOpcode = if case .text = frame.form { .text } else { .binary }
    context.write(
      wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, maskKey: maskKey(), data: buffer)), promise: promise)
  }

  package func triggerUserOutboundEvent(
    context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
  ) {
    guard let request = event as? CloseRequest else {
      context.triggerUserOutboundEvent(event, promise: promise)
      return
    }
    sendClose(request.code, request.reason, context)
    promise?.succeed()
  }

  private func send(_ opcode: WebSocketOpcode, _ bytes: [UInt8], _ context: ChannelHandlerContext) {
    guard !hasSentClose else { return }
    let buffer = context.channel.allocator.buffer(bytes: bytes)
    context.writeAndFlush(
      wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, maskKey: maskKey(), data: buffer)), promise: nil)
  }

  private func sendClose(_ code: UInt16?, _ reason: String, _ context: ChannelHandlerContext) {
    guard !hasSentClose else { return }
    let payload = code.map { [UInt8($0 >> 8), UInt8($0 & 0xff)] + Self.fitting(reason).utf8 } ?? []
    send(.connectionClose, payload, context)
    hasSentClose = true
  }

  /// A control frame has at most 125 bytes (RFC 6455, section 5.5), two of them the code; a character is not cut.
  private static func fitting(_ reason: String) -> Substring {
    var reason = reason[...]
    while reason.utf8.count > 123 { reason.removeLast() }
    return reason
  }

  private func fail(_ code: UInt16, _ reason: String, _ context: ChannelHandlerContext) {
    guard !isOver else { return }
    sendClose(code, reason, context)
    end(context)
  }

  /// A server closes first, so that the client does not keep the port in TIME_WAIT (RFC 6455, section 7.1.1); the
  /// output only, so that the peer still gets what was sent.
  private func end(_ context: ChannelHandlerContext) {
    isOver = true
    if isServer { LingeringClose.close(context.channel) } else { context.close(promise: nil) }
  }

  private func maskKey() -> WebSocketMaskingKey? {
    isServer ? nil : WebSocketMaskingKey.random()
  }
}

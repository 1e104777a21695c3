internal import HearthProtocol
internal import HearthWire
package import NIOCore

/// TCP: bytes to frames and back, four bytes of length in front of each (protocol/wire.md, section 2).
///
/// What is written between two flushes goes out in one buffer: a pass through the pipeline and a vector of a system
/// call for each frame would cost more than copying the few hundred bytes that most frames have.
package final class LengthPrefixHandler: ChannelDuplexHandler {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = TransportFrame
  package typealias OutboundIn = TransportFrame
  package typealias OutboundOut = ByteBuffer

  private var cutter: FrameCutter
  private var hasFailed = false
  private var unflushed: ByteBuffer?
  private var promises: [EventLoopPromise<Void>] = []

  package init(frameBytesMax: UInt32) {
    cutter = FrameCutter(frameBytesMax: frameBytesMax)
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !hasFailed else { return }
    unwrapInboundIn(data).withUnsafeReadableBytes { cutter.append($0) }
    do {
      while let frame = try cutter.next() {
        context.fireChannelRead(wrapInboundOut(TransportFrame(bytes: frame, form: .binary)))
      }
    } catch {
      hasFailed = true
      context.fireErrorCaught(error)
    }
  }

  package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let frame = unwrapOutboundIn(data)
    var buffer = unflushed.take() ?? context.channel.allocator.buffer(capacity: 4 + frame.bytes.count)
    buffer.writeInteger(UInt32(frame.bytes.count))
    buffer.writeBytes(frame.bytes)
    unflushed = buffer
    if let promise { promises.append(promise) }
  }

  package func flush(context: ChannelHandlerContext) {
    if let buffer = unflushed.take() { context.write(wrapOutboundOut(buffer), promise: promise(context)) }
    context.flush()
  }

  /// What was written and not flushed does not go out any more.
  package func handlerRemoved(context: ChannelHandlerContext) {
    for promise in promises { promise.fail(ChannelError.ioOnClosedChannel) }
    promises = []
  }

  /// One promise for all that wait for the buffer; nil when nobody does.
  private func promise(_ context: ChannelHandlerContext) -> EventLoopPromise<Void>? {
    guard !promises.isEmpty else { return nil }
    let (whole, parts) = (context.eventLoop.makePromise(of: Void.self), promises)
    promises = []
    for part in parts { whole.futureResult.cascade(to: part) }
    return whole
  }
}

internal import HearthProtocol
internal import HearthWire
package import NIOCore

/// TCP: bytes to frames and back, four bytes of length in front of each (protocol/wire.md, section 2).
package final class LengthPrefixHandler: ChannelDuplexHandler {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = TransportFrame
  package typealias OutboundIn = TransportFrame
  package typealias OutboundOut = ByteBuffer

  private var cutter: FrameCutter
  private var hasFailed = false

  package init(frameBytesMax: UInt32) {
    cutter = FrameCutter(frameBytesMax: frameBytesMax)
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !hasFailed else { return }
    cutter.append(unwrapInboundIn(data).readableBytesView)
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
    var buffer = context.channel.allocator.buffer(capacity: 4 + frame.bytes.count)
    buffer.writeInteger(UInt32(frame.bytes.count))
    buffer.writeBytes(frame.bytes)
    context.write(wrapOutboundOut(buffer), promise: promise)
  }
}

internal import HearthModel
internal import HearthProtocol
internal import HearthReplica
internal import HearthServer
internal import HearthTransport
internal import HearthWire
internal import NIOCore
internal import NIOPosix

/// A new device's first connection over TCP: what it receives until it has caught up, and how long applying that takes
/// the device library's core. Lives on one event loop.
///
/// Frames are put by until the last is there: so how long they take is not mixed with what is done with them.
final class Newcomer: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = TransportFrame
  typealias OutboundOut = TransportFrame

  /// What a new device has met with.
  struct Arrival: Sendable {
    /// As they went over the wire, with the four of each frame's length.
    let bytes: Int
    /// From the beginning of the connection.
    let receivedNanoseconds: Int64
    let appliedNanoseconds: Int64
    let records: [ReplicaKey: VisibleRecord]
  }

  private var core: DeviceCore
  private let storage = LoadStorage()
  private let codec: WireCodec
  private let promise: EventLoopPromise<Arrival>
  private let began = Newcomer.now
  private var frames: [[UInt8]] = []
  private var bytes = 0

  /// Connects a new install.
  static func join(
    _ credentials: LoadDevice.Credentials, _ pack: Pack, host: String, port: Int, on loop: any EventLoop
  ) -> EventLoopFuture<Arrival> {
    loop.flatSubmit {
      let promise = loop.makePromise(of: Arrival.self)
      let newcomer = Newcomer(credentials, pack, promise)
      ClientBootstrap(group: loop)
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers([
              LengthPrefixHandler(frameBytesMax: Limits.deviceFrameBytes), newcomer,
            ])
          }
        }
        .connect(host: host, port: port).whenFailure { promise.fail($0) }
      return promise.futureResult
    }
  }

  private init(_ credentials: LoadDevice.Credentials, _ pack: Pack, _ promise: EventLoopPromise<Arrival>) {
    core = credentials.newCore(pack, .binary)
    codec = WireCodec(form: .binary, pack: pack)
    self.promise = promise
  }

  private static var now: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }

  private var moment: DeviceCore.Moment {
    DeviceCore.Moment(
      monotonic: Self.now / 1_000_000, clock: Instant(milliseconds: Clocks.wallMilliseconds),
      random: .random(in: .min ... .max))
  }

  func channelActive(context: ChannelHandlerContext) {
    attempt(context) {
      var effects = try core.connect(moment, storage)
      effects += try core.opened(moment, storage)
      for case .write(let bytes) in effects {
        context.writeAndFlush(wrapOutboundOut(TransportFrame(bytes: bytes, form: .binary)), promise: nil)
      }
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data).bytes
    bytes += frame.count + 4
    take(frame)
    guard isComplete else { return }
    let received = Self.now
    attempt(context) {
      for frame in frames { _ = try core.received(frame, moment, storage) }
      guard core.link.condition == .live else { throw LoadFault("a new device did not catch up.") }
      promise.succeed(
        Arrival(
          bytes: bytes, receivedNanoseconds: received - began, appliedNanoseconds: Self.now - began,
          records: storage.records))
      context.close(promise: nil)
    }
  }

  /// Puts a frame by, or those that a Deflated holds: inflating is a part of receiving, and is not done again.
  private func take(_ frame: [UInt8]) {
    if case .frames(let held)? = try? codec.readHubFrame(frame, inflatingTo: Limits.deviceFrameBytes) {
      frames += held
    } else {
      frames.append(frame)
    }
  }

  /// Whether the last frame says that the device has caught up.
  private var isComplete: Bool {
    guard let last = frames.last, last.count <= Self.lastBytesMax else { return false }
    guard case .caughtUp? = try? codec.decodeHubMessage(last) else { return false }
    return true
  }

  /// What says that a device has caught up is a few bytes; larger frames are not looked into.
  private static let lastBytesMax = 64

  func channelInactive(context: ChannelHandlerContext) {
    promise.fail(LoadFault("the hub hung up on a new device."))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(error)
    context.close(promise: nil)
  }

  private func attempt(_ context: ChannelHandlerContext, _ body: () throws -> Void) {
    do {
      try body()
    } catch {
      promise.fail(error)
      context.close(promise: nil)
    }
  }
}
